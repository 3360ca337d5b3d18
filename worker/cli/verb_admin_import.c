/* bpfcompat admin import: what another server has found, taken over. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"
#include "worker/import.h"

#define KEY_FILE_MAX	(256 * 1024)
/* A problem for each of 100,000 lines. */
#define OUTPUT_MAX	((size_t)64 * 1024 * 1024)

struct	showing {
	struct buf	*out;
	struct jsonw	 w;
	bool		 json, tty;
};

static void
show_problem(const char *file, int64_t line, const char *code,
    const char *text, void *arg)
{
	struct showing	*s = arg;

	if (!s->json) {
		buf_addf(s->out, "%s:%lld: %s: %s\n", file, (long long)line,
		    code, text);
		return;
	}
	jsonw_obj(&s->w, NULL);
	jsonw_str(&s->w, "file", file);
	jsonw_int_opt(&s->w, "line", line);
	jsonw_str(&s->w, "code", code);
	jsonw_str(&s->w, "message", text);
	jsonw_end(&s->w);
}

static void
show_progress(const struct import_sum *sum, void *arg)
{
	const struct showing	*s = arg;

	if (s->tty)
		fprintf(stderr, "\r%lld records, %lld failed",
		    (long long)sum->records.read,
		    (long long)sum->records.failed);
}

static void
count_json(struct jsonw *w, const char *key, const struct import_count *c)
{
	jsonw_obj(w, key);
	jsonw_int(w, "read", c->read);
	jsonw_int(w, "imported", c->imported);
	jsonw_int(w, "known", c->known);
	jsonw_int(w, "failed", c->failed);
	jsonw_end(w);
}

static void
count_text(struct buf *b, const char *what, const struct import_count *c,
    bool dry)
{
	buf_addf(b, "%s: %lld read, %lld %s, %lld known already, %lld "
	    "failed\n", what, (long long)c->read, (long long)c->imported, dry ?
	    "would be imported" : "imported", (long long)c->known,
	    (long long)c->failed);
}

static int
show_sum(struct showing *s, const struct import_sum *sum, bool dry)
{
	if (s->json) {
		jsonw_end(&s->w);
		jsonw_bool(&s->w, "dry_run", dry);
		jsonw_int(&s->w, "keys", (int64_t)sum->keys);
		count_json(&s->w, "runs", &sum->runs);
		count_json(&s->w, "records", &sum->records);
		count_json(&s->w, "projects", &sum->projects);
		count_json(&s->w, "versions", &sum->versions);
		jsonw_end(&s->w);
		buf_addc(s->out, '\n');
	} else {
		count_text(s->out, "runs", &sum->runs, dry);
		count_text(s->out, "records", &sum->records, dry);
		count_text(s->out, "projects", &sum->projects, dry);
		count_text(s->out, "versions", &sum->versions, dry);
	}
	return cli_print(s->out) != CLI_OK || sum->records.failed > 0 ||
	    sum->runs.failed > 0 || sum->projects.failed > 0 ||
	    sum->versions.failed > 0 ? CLI_ERROR : CLI_OK;
}

static enum err
take_over(const struct conf *c, struct import_opts *o, const char *key,
    struct import_sum *sum, struct diag *d)
{
	struct buf	 b = BUF_INIT(KEY_FILE_MAX);
	char		 keydir[PATH_MAX];
	enum err	 e = ERR_OK;

	if (key != NULL && fsio_exists(key))
		e = fsio_read(key, &b, d);
	else if (key != NULL)
		e = buf_adds(&b, key);
	o->keys = key == NULL ? NULL : buf_str(&b);
	if (e == ERR_OK && (e = path_join(keydir, sizeof(keydir), c->workdir,
	    "keys", NULL)) == ERR_OK &&
	    (e = db_open(c->workdir, DB_WORKER, &o->db, d)) == ERR_OK &&
	    (e = signer_new(c, keydir, &o->signer, d)) == ERR_OK)
		e = import_folder(o, sum, d);
	signer_free(o->signer);
	db_close(o->db);
	buf_clear(&b);
	return e;
}

int
admin_import(struct conf *c, int argc, char **argv)
{
	const char		*key = NULL;
	struct showing		 s = { 0 };
	struct import_opts	 o = { .problem = show_problem,
				    .progress = show_progress, .arg = &s };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder that takes "
		    "over"),
		FLAG_S("key", &key, "KEY", "the public keys that count for "
		    "its records, in a file or as\nbase64; the folder's own "
		    "when left out"),
		FLAG_B("dry-run", &o.dry_run, "verify and tell, write "
		    "nothing"),
		FLAG_B("json", &s.json, "the result as a JSON object"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin import", "FOLDER", "Takes over "
	    "the work folder of another server: its signed records with "
	    "their\nsignatures, its runs with report and object, and the "
	    "projects of its registry.  What "
	    "does not verify is told by\nfile, line and code and left out; "
	    "the exit code is 1 then.", 1, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct import_sum	 sum = { 0 };
	struct diag		 d = DIAG_INIT;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n != 1) {
		diag_set(&d, ERR_INVAL, "folder", "name the work folder to "
		    "take over");
		return cli_error("admin import", s.json, &d);
	}
	o.from = argv[0];
	o.workdir = c->workdir;
	o.conf = c;
	s.out = &b;
	s.tty = isatty(STDERR_FILENO) == 1;
	jsonw_init(&s.w, &b, JSONW_COMPACT);
	if (s.json) {
		jsonw_obj(&s.w, NULL);
		jsonw_str(&s.w, "schema_version", "import.v0.1");
		jsonw_arr(&s.w, "problems");
	}
	if ((e = take_over(c, &o, key, &sum, &d)) == ERR_OK)
		code = show_sum(&s, &sum, o.dry_run);
	else {
		diag_set(d.msg[0] == '\0' ? &d : NULL, e, NULL, "%s",
		    err_text(e));
		code = cli_error("admin import", s.json, &d);
	}
	buf_clear(&b);
	return code;
}
