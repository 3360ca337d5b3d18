/* bpfcompat history list and verify: the signed records of a work folder. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/history_chain.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_history.h"
#include "worker/signer/keys.h"

/* 100,000 records with their checks are about 80 MB. */
#define OUTPUT_MAX	((size_t)512 * 1024 * 1024)
#define LIST_LIMIT	50
#define LIST_LIMIT_MAX	100000
/* A line of progress so often. */
#define PROGRESS_STEP	1000

static enum err
open_db(const struct conf *c, struct db **db, struct diag *d)
{
	if (!fsio_exists(c->workdir))
		return diag_set(d, ERR_NOTFOUND, "workdir", "there is no work "
		    "folder %s; name it with --workdir", c->workdir);
	return db_open(c->workdir, DB_WEB, db, d);
}

/* --- list ----------------------------------------------------------------- */

static void
list_text(const struct history_row *rows, size_t n, struct buf *out)
{
	struct history_entry	 en;

	buf_addf(out, "%zu record%s, newest first\n", n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n; i++) {
		if (history_parse(rows[i].line, strlen(rows[i].line), &en,
		    NULL) != ERR_OK) {
			buf_addf(out, "%lld  cannot be read; run \"bpfcompat "
			    "history verify\"\n", (long long)rows[i].seq);
			continue;
		}
		buf_addf(out, "%lld  %s@%s  %s  required %lld passed, %lld "
		    "failed  %s  run %s\n", (long long)rows[i].seq,
		    en.rec.artifact_name, en.rec.artifact_version,
		    en.rec.summary_status, (long long)en.rec.required_passed,
		    (long long)en.rec.required_failed, en.rec.created_at,
		    en.rec.run_id);
		history_entry_free(&en);
	}
}

static void
list_json(const struct history_row *rows, size_t n, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < n; i++)
		jsonw_raw(&w, NULL, rows[i].line, strlen(rows[i].line));
	jsonw_end(&w);
	buf_addc(out, '\n');
}

static int
list_verb(struct conf *c, int argc, char **argv)
{
	const char		*name = NULL;
	int64_t			 limit = LIST_LIMIT;
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("artifact-name", &name, "NAME", "of this artifact only"),
		FLAG_N("limit", &limit, 1, LIST_LIMIT_MAX, "N", "at most so "
		    "many"),
		FLAG_B("json", &json, "as a JSON array"),
		FLAG_LAST
	};
	const struct flags	 f = { "history list", "", "Lists the signed "
	    "records of finished runs, newest first.", 0, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct history_row	*rows = NULL;
	struct diag		 d = DIAG_INIT;
	struct db		*db = NULL;
	size_t			 nrows = 0;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = open_db(c, &db, &d)) == ERR_OK && (e =
	    store_history_list(db, HISTORY_CHAIN_SERVER, name, limit, &rows, &nrows)) != ERR_OK)
		diag_set(&d, e, NULL, "cannot read the history: %s",
		    db_errmsg(db));
	if (e == ERR_OK) {
		if (json)
			list_json(rows, nrows, &b);
		else
			list_text(rows, nrows, &b);
		code = cli_print(&b);
	} else
		code = cli_error("history list", json, &d);
	history_rows_free(rows, nrows);
	buf_clear(&b);
	if (db != NULL)
		db_close(db);
	return code;
}

/* --- verify --------------------------------------------------------------- */

struct	showing {
	struct buf	*out;
	struct jsonw	 w;
	bool		 json;
	bool		 tty;	/* progress goes to standard error */
};

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* Member names are what clients of the first generation read. */
static void
link_json(struct jsonw *w, const struct history_link *l)
{
	static const struct history_record	 none;
	const struct history_record		*r;

	r = l->rec == NULL ? &none : l->rec;
	jsonw_obj(w, NULL);
	jsonw_int(w, "index", l->seq - 1);
	jsonw_str(w, "run_id", or_empty(r->run_id));
	jsonw_str(w, "artifact_name", or_empty(r->artifact_name));
	jsonw_str(w, "artifact_version", or_empty(r->artifact_version));
	jsonw_str_opt(w, "record_sha256", r->record_sha256);
	jsonw_str(w, "computed_sha256", l->verdict->computed);
	jsonw_str_opt(w, "prev_record_sha256", r->prev_record_sha256);
	jsonw_str_opt(w, "signature_alg", r->signature_alg);
	jsonw_str_opt(w, "signature_key_id", r->signature_key_id);
	jsonw_bool(w, "signature_valid", l->verdict->signature_valid);
	jsonw_bool(w, "verified", l->verdict->verified);
	if (l->verdict->nissues > 0) {
		jsonw_arr(w, "issues");
		for (size_t i = 0; i < l->verdict->nissues; i++)
			jsonw_str(w, NULL, l->verdict->issue[i]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
link_text(struct buf *out, const struct history_link *l)
{
	buf_addf(out, "%-4s %lld  %s@%s  run %s\n", l->verdict->verified ?
	    "ok" : "FAIL", (long long)l->seq, l->rec == NULL ? "?" :
	    l->rec->artifact_name, l->rec == NULL ? "?" :
	    l->rec->artifact_version, l->row->run_id);
	for (size_t i = 0; i < l->verdict->nissues; i++)
		buf_addf(out, "       %s\n", l->verdict->issue[i]);
}

static enum err
show_link(const struct history_link *l, void *arg)
{
	struct showing	*s = arg;

	if (s->json)
		link_json(&s->w, l);
	else
		link_text(s->out, l);
	if (s->tty && l->seq % PROGRESS_STEP == 0)
		fprintf(stderr, "\r%lld records verified",
		    (long long)l->seq);
	return buf_err(s->out);
}

static enum err
verify(const struct conf *c, struct showing *s,
    struct history_sum *sum, struct diag *d)
{
	struct history_trust	*trust = NULL;
	struct db		*db = NULL;
	char			 keydir[PATH_MAX];
	enum err		 e;

	if ((e = open_db(c, &db, d)) == ERR_OK &&
	    (e = history_trust_new(&trust)) == ERR_OK &&
	    (e = path_join(keydir, sizeof(keydir), c->workdir, "keys",
	    NULL)) == ERR_OK &&
	    (e = keys_trust(c, keydir, trust, d)) == ERR_OK)
		e = history_chain_check(db, HISTORY_CHAIN_SERVER, trust,
		    show_link, s, sum, d);
	history_trust_free(trust);
	if (db != NULL)
		db_close(db);
	return e;
}

/* What it comes to: the count of failures is said on standard error, too. */
static int
conclude(struct showing *s, const struct history_sum *sum)
{
	bool	 good = sum->failed == 0 && sum->end_problem[0] == '\0';

	if (s->tty && sum->records >= PROGRESS_STEP)
		fprintf(stderr, "\r%*s\r", 40, "");
	if (!s->json) {
		if (sum->end_problem[0] != '\0')
			buf_addf(s->out, "FAIL end of the chain: %s\n",
			    sum->end_problem);
		buf_addf(s->out, "%lld records, %lld failed%s\n",
		    (long long)sum->records, (long long)sum->failed,
		    good && sum->records > 0 ? "; the chain is whole" : "");
	}
	if (sum->failed > 0)
		fprintf(stderr, "bpfcompat history verify: %lld of %lld "
		    "records failed\n", (long long)sum->failed,
		    (long long)sum->records);
	if (sum->end_problem[0] != '\0')
		fprintf(stderr, "bpfcompat history verify: %s\n",
		    sum->end_problem);
	return cli_print(s->out) != CLI_OK || !good ? CLI_ERROR : CLI_OK;
}

static int
verify_verb(struct conf *c, int argc, char **argv)
{
	struct showing		 s = { 0 };
	const char		*key = NULL;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("key", &key, "KEY", "of a bundle: the public key that "
		    "counts, in a file or as base64;\ninstead of the keys "
		    "of the work folder"),
		FLAG_B("json", &s.json, "the result of each record as a JSON "
		    "array, or of the bundle as an object"),
		FLAG_LAST
	};
	const struct flags	 f = { "history verify", "[BUNDLE]", "Checks "
	    "digest, signature and place of every record, and that none is "
	    "missing at\nthe end; or a file that \"history export\" has "
	    "written, without any network or\ndatabase.  Exit code 1 when "
	    "anything fails.", 1, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct history_sum	 sum = { 0 };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n == 1)
		return history_verify_bundle(c, argv[0], key, s.json);
	s.out = &b;
	s.tty = isatty(STDERR_FILENO) == 1;
	jsonw_init(&s.w, &b, JSONW_COMPACT);
	if (s.json)
		jsonw_arr(&s.w, NULL);
	if (verify(c, &s, &sum, &d) != ERR_OK)
		code = cli_error("history verify", s.json, &d);
	else {
		if (s.json) {
			jsonw_end(&s.w);
			buf_addc(&b, '\n');
		}
		code = conclude(&s, &sum);
	}
	buf_clear(&b);
	return code;
}

static const struct verb verbs[] = {
	{ "list", "records of finished runs, newest first", list_verb },
	{ "verify", "check every record and the end of the chain, or a "
	    "bundle", verify_verb },
	{ "export", "the evidence of one run as a file that can be checked",
	    history_export_verb },
	{ NULL, NULL, NULL },
};

int
verb_history(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat history",
	    "The signed records of what was found.", c, argc, argv);
}
