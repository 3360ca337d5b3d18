/* bpfcompat history export, and history verify of what it wrote. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/bundle.h"
#include "domain/history_view.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_history.h"
#include "worker/export.h"

#define KEY_FILE_MAX	(256 * 1024)
#define OUTPUT_MAX	(64 * 1024)

/* --- export --------------------------------------------------------------- */

static enum err
open_source(const struct conf *c, struct export_from *from,
    struct history_trust **trust, struct diag *d)
{
	struct history_ring	 ring;
	char			 keydir[PATH_MAX];
	enum err		 e;

	if ((e = cli_open_db(c, DB_WEB, &from->db, d)) != ERR_OK ||
	    (e = history_trust_new(trust)) != ERR_OK ||
	    (e = history_trust_load(c, *trust, d)) != ERR_OK ||
	    (e = history_ring_apply(from->db, *trust, &ring)) != ERR_OK ||
	    (e = path_join(keydir, sizeof(keydir), c->workdir, "keys",
	    NULL)) != ERR_OK)
		return e;
	from->trust = *trust;
	return signer_new(c, keydir, &from->signer, d);
}

static void
show_export(const char *run, const char *out, const struct export_sum *sum,
    bool json, struct buf *b)
{
	struct jsonw	 w;

	if (!json) {
		buf_addf(b, "%s: run %s, %zu files, %lld bytes, signed by key "
		    "%s\n", out, run, sum->files, (long long)sum->size,
		    sum->key_id);
		return;
	}
	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", BUNDLE_SCHEMA);
	jsonw_str(&w, "run_id", run);
	jsonw_str(&w, "bundle", out);
	jsonw_int(&w, "files", (int64_t)sum->files);
	jsonw_int(&w, "size_bytes", sum->size);
	jsonw_str(&w, "signature_key_id", sum->key_id);
	jsonw_end(&w);
	buf_addc(b, '\n');
}

int
history_export_verb(struct conf *c, int argc, char **argv)
{
	const char		*out = NULL;
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("out", &out, "FILE", "the bundle; RUN.bundle.tar in "
		    "this folder when left out"),
		FLAG_B("json", &json, "the result as a JSON object"),
		FLAG_LAST
	};
	const struct flags	 f = { "history export", "RUN", "Writes what "
	    "a run found into one tar file: report, logs, digests of kernels "
	    "and\nvalidator, its signed record with the chain after it, and "
	    "an in-toto statement in\na signed DSSE envelope over all of "
	    "it.  \"history verify FILE\" checks it anywhere.", 1, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct export_from	 from = { .workdir = NULL };
	struct export_sum	 sum;
	struct history_trust	*trust = NULL;
	struct diag		 d = DIAG_INIT;
	char			 name[PATH_MAX];
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n != 1 || !path_name_ok(argv[0])) {
		diag_set(&d, ERR_INVAL, "run", "name the run to export; "
		    "\"bpfcompat history list\" shows them");
		return cli_error("history export", json, &d);
	}
	snprintf(name, sizeof(name), "%s.bundle.tar", argv[0]);
	if (out == NULL)
		out = name;
	from.workdir = c->workdir;
	if ((e = open_source(c, &from, &trust, &d)) == ERR_OK)
		e = export_run(&from, argv[0], out, &sum, &d);
	if (e == ERR_OK) {
		show_export(argv[0], out, &sum, json, &b);
		code = cli_print(&b);
	} else {
		diag_set(d.code == ERR_OK ? &d : NULL, e, NULL, "%s",
		    err_text(e));
		code = cli_error("history export", json, &d);
	}
	signer_free(from.signer);
	history_trust_free(trust);
	db_close(from.db);
	buf_clear(&b);
	return code;
}

/* --- verify --------------------------------------------------------------- */

static enum err
pinned(const char *key, struct history_trust *t, struct diag *d)
{
	struct buf	 b = BUF_INIT(KEY_FILE_MAX);
	enum err	 e;

	if (!fsio_exists(key))
		e = history_trust_inline(t, key, "--key", d);
	else if ((e = fsio_read(key, &b, d)) == ERR_OK)
		e = history_trust_lines(t, buf_str(&b), b.len, "--key", d);
	buf_clear(&b);
	if (e == ERR_OK && history_trust_len(t) == 0)
		e = diag_set(d, ERR_INVAL, "key", "%s holds no key", key);
	return e;
}

static enum err
trusted(const struct conf *c, const char *key, struct history_trust *t,
    struct diag *d)
{
	enum err	 e;

	if (key != NULL)
		return pinned(key, t, d);
	if ((e = history_trust_load(c, t, d)) == ERR_OK &&
	    history_trust_len(t) == 0)
		e = diag_set(d, ERR_INVAL, "key", "no public key to check "
		    "with: give --key, or the --workdir whose keys count");
	return e;
}

static void
result_json(const struct bundle_result *r, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", "history_bundle_verification.v0.1");
	jsonw_bool(&w, "verified", r->verified);
	jsonw_str(&w, "run_id", r->run_id);
	jsonw_str(&w, "artifact_name", r->name);
	jsonw_str(&w, "artifact_version", r->version);
	jsonw_str(&w, "artifact_sha256", r->artifact_sha256);
	jsonw_str(&w, "summary_status", r->status);
	jsonw_str(&w, "record_sha256", r->record_sha256);
	jsonw_str(&w, "signature_key_id", r->key_id);
	jsonw_int(&w, "index", r->seq - 1);
	jsonw_int(&w, "head_count", r->head_count);
	jsonw_int(&w, "files", (int64_t)r->nfiles);
	jsonw_arr(&w, "issues");
	for (size_t i = 0; i < r->nissues; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "code", bundle_fault_code(r->issue[i].fault));
		jsonw_str_opt(&w, "file", r->issue[i].file);
		jsonw_str(&w, "message", r->issue[i].text);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(b, '\n');
}

static void
result_text(const char *path, const struct bundle_result *r, struct buf *b)
{
	const struct bundle_issue	*i;

	for (size_t k = 0; k < r->nissues; k++) {
		i = &r->issue[k];
		buf_addf(b, "FAIL %s%s%s: %s\n", bundle_fault_code(i->fault),
		    i->file[0] == '\0' ? "" : " ", i->file, i->text);
	}
	if (!r->verified) {
		buf_addf(b, "%s does not verify\n", path);
		return;
	}
	buf_addf(b, "ok   %s@%s  %s  run %s\n     %zu files, signed by key "
	    "%s\n     record %lld of its chain, which is whole from there to "
	    "record %lld,\n     where its end was signed\n", r->name,
	    r->version, r->status, r->run_id, r->nfiles, r->key_id,
	    (long long)r->seq, (long long)r->head_count);
}

int
history_verify_bundle(const struct conf *c, const char *path,
    const char *key, bool json)
{
	struct bundle_result	 r;
	struct history_trust	*t = NULL;
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct diag		 d = DIAG_INIT;
	int			 fd = -1, code;
	enum err		 e;

	if ((e = history_trust_new(&t)) == ERR_OK &&
	    (e = trusted(c, key, t, &d)) == ERR_OK) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1)
			e = diag_errno(&d, "cannot open %s", path);
		else
			e = bundle_check(fd, t, &r, &d);
	}
	if (e == ERR_OK) {
		if (json)
			result_json(&r, &b);
		else
			result_text(path, &r, &b);
		code = cli_print(&b) == CLI_OK && r.verified ? CLI_OK :
		    CLI_ERROR;
	} else
		code = cli_error("history verify", json, &d);
	if (fd != -1)
		close(fd);
	history_trust_free(t);
	buf_clear(&b);
	return code;
}
