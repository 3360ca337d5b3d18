/* bpfcompat history: the signed records of a work folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/history_show.h"
#include "domain/history_view.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_history.h"
#include "worker/import.h"

/* 100,000 records with their checks are about 80 MB. */
#define OUTPUT_MAX	((size_t)512 * 1024 * 1024)
#define LIST_LIMIT	50
#define LIST_LIMIT_MAX	100000
/* A line of progress so often. */
#define PROGRESS_STEP	1000

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
	if ((e = cli_open_db(c, DB_WEB, &db, &d)) == ERR_OK && (e =
	    store_history_list(db, HISTORY_CHAIN_SERVER, name, limit, &rows,
	    &nrows)) != ERR_OK)
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
	bool		 json, quiet;
	bool		 tty;	/* progress goes to standard error */
	bool		 any;	/* a JSON element was printed */
	bool		 progress_shown;
};

static const char *
text_of(const struct history_link *l, enum history_field f, char *b,
    size_t size)
{
	if (l->scan == NULL)
		return "?";
	if (!history_scan_text(l->scan, f, b, size))
		snprintf(b, size, "(long)");
	return b;
}

static void
link_text(struct buf *out, const struct history_link *l)
{
	const struct history_verdict	*v = l->verdict;
	char				 name[512], version[512];

	buf_addf(out, "%-4s %lld  %s@%s  run %s\n", v->verified ? "ok" :
	    "FAIL", (long long)l->seq, text_of(l, HISTORY_ARTIFACT_NAME,
	    name, sizeof(name)), text_of(l, HISTORY_ARTIFACT_VERSION,
	    version, sizeof(version)), l->row->run_id);
	for (size_t i = 0; i < v->nissues; i++)
		buf_addf(out, "       %s: %s\n",
		    history_fault_code(v->fault[i]), v->issue[i]);
}

/* Called by many threads; each has its own buffer. */
static enum err
show_link(const struct history_link *l, struct buf *out, void *arg)
{
	const struct showing	*s = arg;
	struct jsonw		 w;

	if (s->quiet && l->verdict->verified)
		return ERR_OK;
	if (s->json) {
		buf_addc(out, ',');
		jsonw_init(&w, out, JSONW_COMPACT);
		history_link_json(&w, l);
	} else
		link_text(out, l);
	return buf_err(out);
}

static bool
write_out(const void *p, size_t len)
{
	return fwrite(p, 1, len, stdout) == len;
}

/* The comma in front of the first element is left out. */
static enum err
emit(const struct buf *b, void *arg)
{
	struct showing	*s = arg;
	size_t		 skip = s->json && !s->any && b->len > 0;

	s->any = s->any || b->len > 0;
	return b->len == 0 || write_out(b->data + skip, b->len - skip) ?
	    ERR_OK : ERR_IO;
}

static void
progress(int64_t done, int64_t of, void *arg)
{
	struct showing	*s = arg;

	if (!s->tty || of < PROGRESS_STEP)
		return;
	s->progress_shown = true;
	fprintf(stderr, "\r%lld of %lld records verified (%lld%%)",
	    (long long)done, (long long)of, (long long)(done * 100 / of));
}

/* What it comes to: the count of failures is said on standard error, too. */
static bool
conclude(const struct showing *s, const char *chain,
    const struct history_sum *sum)
{
	bool	 good = sum->failed == 0 && sum->end_fault == HF_NONE;

	if (s->progress_shown)
		fprintf(stderr, "\r%*s\r", 60, "");
	if (!s->json) {
		if (sum->end_fault != HF_NONE)
			printf("FAIL end of the chain: %s: %s\n",
			    history_fault_code(sum->end_fault),
			    sum->end_problem);
		printf("%lld records, %lld failed%s\n",
		    (long long)sum->records, (long long)sum->failed,
		    good && sum->records > 0 ? "; the chain is whole" : "");
	}
	if (sum->failed > 0)
		fprintf(stderr, "bpfcompat history verify: %s%s%lld of %lld "
		    "records failed\n", chain, chain[0] == '\0' ? "" : ": ",
		    (long long)sum->failed, (long long)sum->records);
	if (sum->end_fault != HF_NONE)
		fprintf(stderr, "bpfcompat history verify: %s%s%s: %s\n",
		    chain, chain[0] == '\0' ? "" : ": ",
		    history_fault_code(sum->end_fault), sum->end_problem);
	return good;
}

/* One that was kept elsewhere: it has to be an end this chain had. */
struct	kept {
	const char		*chain;
	struct history_head	 head;
	bool			 found;
};

static enum err
is_kept(const struct history_row *row, void *arg)
{
	struct kept	*k = arg;

	k->found = strcmp(row->record_sha256, k->head.record_sha256) == 0;
	return ERR_OK;
}

static enum err
check_kept(struct db *db, const char *chain, const char *path,
    struct history_view *view, struct history_sum *sum, struct diag *d)
{
	struct buf	 b = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct kept	 k = { .chain = chain };
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK) {
		while (b.len > 0 && b.data[b.len - 1] == '\n')
			b.len--;
		if (history_head_read(buf_str(&b), b.len,
		    history_view_trust(view), &k.head, d) != HF_NONE ||
		    strcmp(k.head.chain, chain) != 0)
			e = diag_set(d, ERR_CORRUPT, "head", "%s holds no "
			    "signed end of this chain that a trusted key has "
			    "signed", path);
	}
	if (e == ERR_OK && (e = store_history_each(db, chain, k.head.count,
	    k.head.count, is_kept, &k)) == ERR_OK && !k.found &&
	    sum->end_fault == HF_NONE) {
		sum->end_fault = HF_PINNED;
		snprintf(sum->end_problem, sizeof(sum->end_problem),
		    "the end that was kept (%s, record %lld) is not in this "
		    "chain: records were removed or replaced",
		    k.head.signed_at, (long long)k.head.count);
	}
	buf_clear(&b);
	return e;
}

struct	verify_flags {
	const char	*chain, *key, *head;
	int64_t		 threads;
	bool		 all;
};

/* Keys that were taken over count in their own chain only. */
static enum err
imported_trust(const struct conf *c, struct db *db, const char *chain,
    struct history_trust **t, struct diag *d)
{
	struct history_ring	 ring;
	enum err		 e;

	if ((e = history_trust_new(t)) == ERR_OK &&
	    (e = history_trust_load(c, *t, d)) == ERR_OK &&
	    (e = history_ring_apply(db, *t, &ring)) == ERR_OK)
		e = import_trust(db, chain, *t);
	return e;
}

static enum err
verify_chain(const struct conf *c, struct db *db, struct history_view *view,
    const struct verify_flags *f, const char *chain, struct showing *s,
    bool *good, struct diag *d)
{
	const struct history_walk	 w = { .workdir = c->workdir,
		.chain = chain, .threads = (int)f->threads,
		.visit = show_link, .emit = emit, .progress = progress,
		.arg = s };
	struct history_trust		*own = NULL;
	struct history_sum		 sum;
	enum err			 e;

	if ((e = db_begin_read(db)) != ERR_OK)
		return e;
	if ((e = history_view_refresh(view, db, d)) == ERR_OK &&
	    chain[0] == '@' && f->key == NULL)
		e = imported_trust(c, db, chain, &own, d);
	if (e == ERR_OK && (e = history_chain_check(db, &w, own != NULL ?
	    own : history_view_trust(view), history_view_ring(view), &sum,
	    d)) == ERR_OK && f->head != NULL)
		e = check_kept(db, chain, f->head, view, &sum, d);
	history_trust_free(own);
	db_rollback(db);
	if (e == ERR_OK && !conclude(s, chain, &sum))
		*good = false;
	return e;
}

static enum err
verify_all(const struct conf *c, struct db *db, struct history_view *view,
    const struct verify_flags *f, struct showing *s, bool *good,
    struct diag *d)
{
	char		**chain = NULL;
	size_t		  n = 0;
	enum err	  e;

	if ((e = store_history_chains(db, &chain, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (e == ERR_OK && !s->json)
			printf("chain \"%s\"\n", chain[i]);
		if (e == ERR_OK)
			e = verify_chain(c, db, view, f, chain[i], s, good,
			    d);
		free(chain[i]);
	}
	free(chain);
	return e;
}

static enum err
verify(const struct conf *c, const struct verify_flags *f,
    struct showing *s, bool *good, struct diag *d)
{
	struct history_view	*view = NULL;
	struct buf		 pin = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct db		*db = NULL;
	enum err		 e = ERR_OK;

	if (f->key != NULL && fsio_exists(f->key))
		e = fsio_read(f->key, &pin, d);
	if (e == ERR_OK && (e = cli_open_db(c, DB_WEB, &db, d)) == ERR_OK &&
	    (e = history_view_new(c, f->key == NULL ? NULL : pin.len > 0 ?
	    buf_str(&pin) : f->key, &view, d)) == ERR_OK)
		e = f->all ? verify_all(c, db, view, f, s, good, d) :
		    verify_chain(c, db, view, f, f->chain, s, good, d);
	history_view_free(view);
	buf_clear(&pin);
	if (db != NULL)
		db_close(db);
	return e;
}

static int
verify_verb(struct conf *c, int argc, char **argv)
{
	struct showing		 s = { 0 };
	struct verify_flags	 v = { HISTORY_CHAIN_SERVER, NULL, NULL, 0,
				    false };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("chain", &v.chain, "TENANT/PROJECT", "that of a "
		    "project instead of the server's own"),
		FLAG_B("all", &v.all, "every chain of the work folder"),
		FLAG_S("key", &v.key, "KEY", "believe only this public key "
		    "(base64 or a file) and those it vouches for"),
		FLAG_S("head", &v.head, "FILE", "a signed end that was kept "
		    "elsewhere (history head); the chain has to hold it"),
		FLAG_N("threads", &v.threads, 0, 64, "N", "0: one per core"),
		FLAG_B("quiet", &s.quiet, "only what fails"),
		FLAG_B("json", &s.json, "the result of each record as a JSON "
		    "array, or of the bundle as an object"),
		FLAG_LAST
	};
	const struct flags	 f = { "history verify", "[BUNDLE]", "Checks "
	    "digest, signature, key and place of every record, and that none "
	    "is missing\nat the end; or a file that \"history export\" has "
	    "written, without any network or\ndatabase.  Exit code 1 when "
	    "anything fails.", 1, table };
	struct diag		 d = DIAG_INIT;
	bool			 good = true;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n == 1)
		return history_verify_bundle(c, argv[0], v.key, s.json);
	s.tty = isatty(STDERR_FILENO) == 1;
	if (s.json)
		putchar('[');
	if (verify(c, &v, &s, &good, &d) != ERR_OK) {
		if (s.json)
			puts("]");
		return cli_error("history verify", false, &d);
	}
	if (s.json)
		puts("]");
	return fflush(stdout) != 0 || !good ? CLI_ERROR : CLI_OK;
}

/* --- head ---------------------------------------------------------------------*/

static int
head_verb(struct conf *c, int argc, char **argv)
{
	const char		*chain = HISTORY_CHAIN_SERVER;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("chain", &chain, "TENANT/PROJECT", "that of a project "
		    "instead of the server's own"),
		FLAG_LAST
	};
	const struct flags	 f = { "history head", "", "Prints the signed "
	    "end of a chain.  Keep it elsewhere: with \"history verify "
	    "--head\" it\nshows later that nothing was taken back.", 0,
	    table };
	struct history_last	 last = { .head = NULL };
	struct diag		 d = DIAG_INIT;
	struct db		*db = NULL;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = cli_open_db(c, DB_WEB, &db, &d)) == ERR_OK &&
	    (e = store_history_last(db, chain, &last)) == ERR_OK &&
	    last.head == NULL)
		e = diag_set(&d, ERR_NOTFOUND, "chain", "this chain has no "
		    "record yet");
	if (e == ERR_OK)
		puts(last.head);
	else
		code = cli_error("history head", false, &d);
	history_last_clear(&last);
	if (db != NULL)
		db_close(db);
	return e == ERR_OK ? CLI_OK : code;
}

static const struct verb verbs[] = {
	{ "list", "records of finished runs, newest first", list_verb },
	{ "verify", "check every record and the end of the chain, or a "
	    "bundle", verify_verb },
	{ "sign", "check everything and sign the ends of the chains anew",
	    history_sign_verb },
	{ "head", "the signed end of a chain, to keep elsewhere", head_verb },
	{ "keys", "which key signs; rotate and revoke", verb_history_keys },
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
