/* bpfcompat admin publish: the files that follow from the database. */
#include <stdio.h>
#include <unistd.h>

#include "base/json_out.h"
#include "store/db.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"
#include "worker/publish.h"

/* Notes of 100,000 files are about 10 MB. */
#define OUTPUT_MAX	((size_t)64 * 1024 * 1024)
/* A worker may be in the middle of a large rebuild. */
#define LOCK_WAIT_MS	30000

struct	showing {
	struct buf	*out;
	struct jsonw	 w;
	bool		 json;
};

static void
show_note(const char *file, const char *code, int64_t line, void *arg)
{
	struct showing	*s = arg;

	if (!s->json) {
		buf_addf(s->out, "%s  %s", code, file);
		if (line > 0)
			buf_addf(s->out, ", line %lld", (long long)line);
		buf_addc(s->out, '\n');
		return;
	}
	jsonw_obj(&s->w, NULL);
	jsonw_str(&s->w, "file", file);
	jsonw_str(&s->w, "code", code);
	jsonw_int_opt(&s->w, "line", line);
	jsonw_end(&s->w);
}

static enum err
publish_folder(const struct conf *c, struct showing *s,
    enum publish_mode mode, struct publish_sum *sum, struct diag *d)
{
	struct publish_opts	 o = { NULL, c->workdir, mode, show_note, s,
				    LOCK_WAIT_MS, c->registry_audit_bytes,
				    c->registry_audit_files };
	enum err		 e;

	if ((e = cli_open_db(c, DB_WORKER, &o.db, d)) == ERR_OK)
		e = publish(&o, sum, d);
	db_close(o.db);
	return e;
}

static int
show_sum(struct showing *s, const struct publish_sum *sum)
{
	if (s->json) {
		jsonw_end(&s->w);
		jsonw_int(&s->w, "streams", sum->streams);
		jsonw_int(&s->w, "files", sum->files);
		jsonw_int(&s->w, "differences", sum->differences);
		jsonw_end(&s->w);
		buf_addc(s->out, '\n');
	} else
		buf_addf(s->out, "%lld streams, %lld files, %lld "
		    "differences\n", (long long)sum->streams,
		    (long long)sum->files, (long long)sum->differences);
	return cli_print(s->out) != CLI_OK || sum->differences > 0 ?
	    CLI_ERROR : CLI_OK;
}

int
admin_publish(struct conf *c, int argc, char **argv)
{
	bool			 rebuild = false, check = false;
	struct showing		 s = { 0 };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("rebuild", &rebuild, "write every file anew"),
		FLAG_B("check", &check, "compare and write nothing; exit "
		    "code 1 when a file differs"),
		FLAG_B("json", &s.json, "the result as a JSON object"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin publish", "", "Brings the files "
	    "that are published from the database (registry/, cloud-registry/,\n"
	    "metadata.json of each run) up to date; the worker does so by "
	    "itself.", 0, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct publish_sum	 sum = { 0 };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (rebuild && check) {
		diag_set(&d, ERR_INVAL, "check", "--check writes nothing and "
		    "--rebuild writes everything; give one of them");
		return cli_error("admin publish", s.json, &d);
	}
	s.out = &b;
	jsonw_init(&s.w, &b, JSONW_COMPACT);
	if (s.json) {
		jsonw_obj(&s.w, NULL);
		jsonw_str(&s.w, "schema_version", "publish.v0.1");
		jsonw_arr(&s.w, "notes");
	}
	if (publish_folder(c, &s, rebuild ? PUBLISH_REBUILD : check ?
	    PUBLISH_CHECK : PUBLISH_APPEND, &sum, &d) != ERR_OK)
		code = cli_error("admin publish", s.json, &d);
	else
		code = show_sum(&s, &sum);
	buf_clear(&b);
	return code;
}
