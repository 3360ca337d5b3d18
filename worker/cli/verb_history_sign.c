/*
 * bpfcompat history sign and admin verify-chain: the whole history checked,
 * and its ends signed anew when all of it is what was signed.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/history_show.h"
#include "domain/history_view.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"
#include "worker/cli/verb_history.h"
#include "worker/import.h"
#include "worker/keyring.h"

/* 100,000 records with their checks are about 80 MB. */
#define OUTPUT_MAX	((size_t)512 * 1024 * 1024)
/* What the clients of the first generation call the server's own chain. */
#define SCOPE		"local_artifact_history"

/* --- one chain ----------------------------------------------------------------*/

static enum err
show_link(const struct history_link *l, struct buf *out, void *arg)
{
	struct jsonw	 w;

	(void)arg;
	buf_addc(out, ',');
	jsonw_init(&w, out, JSONW_COMPACT);
	history_link_json(&w, l);
	return buf_err(out);
}

static enum err
gather(const struct buf *b, void *arg)
{
	return b->len == 0 ? ERR_OK : buf_add(arg, b->data, b->len);
}

/* Keys that were taken over count in their own chain only. */
static enum err
trust_of(const struct conf *c, struct db *db, const char *chain,
    struct history_trust **t, struct history_ring *ring, struct diag *d)
{
	enum err	 e;

	if ((e = history_trust_new(t)) == ERR_OK &&
	    (e = history_trust_load(c, *t, d)) == ERR_OK &&
	    (e = history_ring_apply(db, *t, ring)) == ERR_OK &&
	    chain[0] == '@')
		e = import_trust(db, chain, *t);
	return e;
}

/* "out" gets each result as JSON, with a comma before it; NULL: none. */
static enum err
check_chain(const struct conf *c, struct db *db, const char *chain,
    struct buf *out, struct history_sum *sum, struct diag *d)
{
	const struct history_walk	 w = { .workdir = c->workdir,
		.chain = chain, .visit = out == NULL ? NULL : show_link,
		.emit = out == NULL ? NULL : gather, .arg = out };
	struct history_ring		 ring;
	struct history_trust		*t = NULL;
	enum err			 e;

	if ((e = db_begin_read(db)) != ERR_OK)
		return e;
	if ((e = trust_of(c, db, chain, &t, &ring, d)) == ERR_OK)
		e = history_chain_check(db, &w, t, &ring, sum, d);
	history_trust_free(t);
	db_rollback(db);
	return e;
}

/* --- admin verify-chain ---------------------------------------------------------*/

static void
chain_json(const struct history_sum *sum, const struct buf *results,
    struct buf *b)
{
	size_t	 skip = results->len > 0;

	buf_addf(b, "{\"scope\":\"" SCOPE "\",\"records\":%lld,"
	    "\"invalid\":%lld,", (long long)sum->records,
	    (long long)sum->failed);
	if (sum->end_fault != HF_NONE)
		buf_addf(b, "\"end\":\"%s\",",
		    history_fault_code(sum->end_fault));
	buf_adds(b, "\"results\":[");
	if (skip)
		buf_add(b, results->data + skip, results->len - skip);
	buf_adds(b, "]}\n");
}

static void
chain_text(const struct history_sum *sum, struct buf *b)
{
	buf_addf(b, "%lld records, %lld invalid\n", (long long)sum->records,
	    (long long)sum->failed);
	if (sum->end_fault != HF_NONE)
		buf_addf(b, "the end of the chain: %s: %s\n",
		    history_fault_code(sum->end_fault), sum->end_problem);
}

int
admin_verify_chain(struct conf *c, int argc, char **argv)
{
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("json", &json, "with the result of each record"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin verify-chain", "", "Checks the "
	    "history of the server's own runs, as \"history verify\" does; "
	    "exit code 1\nwhen a record or the end of the chain fails.", 0,
	    table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct buf		 results = BUF_INIT(OUTPUT_MAX);
	struct history_sum	 sum = { 0 };
	struct diag		 d = DIAG_INIT;
	struct db		*db = NULL;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = cli_open_db(c, DB_WEB, &db, &d)) == ERR_OK)
		e = check_chain(c, db, HISTORY_CHAIN_SERVER, json ? &results :
		    NULL, &sum, &d);
	if (e != ERR_OK)
		code = cli_error("admin verify-chain", json, &d);
	else {
		if (json)
			chain_json(&sum, &results, &b);
		else
			chain_text(&sum, &b);
		code = cli_print(&b) != CLI_OK || sum.failed > 0 ||
		    sum.end_fault != HF_NONE ? CLI_ERROR : CLI_OK;
	}
	buf_clear(&b);
	buf_clear(&results);
	if (db != NULL)
		db_close(db);
	return code;
}

/* --- history sign -----------------------------------------------------------------*/

static enum err
check_all(const struct conf *c, struct db *db, int64_t *records,
    struct diag *d)
{
	struct history_sum	 sum;
	char			**chain = NULL;
	size_t			 n = 0;
	enum err		 e;

	*records = 0;
	if ((e = store_history_chains(db, &chain, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (e == ERR_OK && (e = check_chain(c, db, chain[i], NULL,
		    &sum, d)) == ERR_OK) {
			*records += sum.records;
			if (sum.failed > 0 || sum.end_fault != HF_NONE)
				e = diag_set(d, ERR_CORRUPT, "chain",
				    "the chain \"%.100s\" does not verify, so "
				    "nothing was signed; \"bpfcompat history "
				    "verify --all\" tells why", chain[i]);
		}
		free(chain[i]);
	}
	free(chain);
	return e;
}

static enum err
sign_all(const struct conf *c, int64_t *records, struct diag *d)
{
	struct history_view	*view = NULL;
	struct signer		*signer = NULL;
	struct db		*db = NULL;
	char			 keydir[PATH_MAX];
	enum err		 e;

	if ((e = cli_open_db(c, DB_WORKER, &db, d)) == ERR_OK &&
	    (e = path_join(keydir, sizeof(keydir), c->workdir, "keys",
	    NULL)) == ERR_OK && (e = check_all(c, db, records, d)) == ERR_OK &&
	    (e = history_view_new(c, NULL, &view, d)) == ERR_OK &&
	    (e = signer_new(c, keydir, &signer, d)) == ERR_OK)
		e = keyring_sign_ends(db, signer, view, *records, d);
	history_view_free(view);
	signer_free(signer);
	if (db != NULL)
		db_close(db);
	return e;
}

int
history_sign_verb(struct conf *c, int argc, char **argv)
{
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_LAST
	};
	const struct flags	 f = { "history sign", "", "Checks every "
	    "record of every chain, and signs the ends of the chains anew "
	    "with the key\nthat signs now.  Records are never rewritten; when "
	    "one does not verify, nothing is\nsigned and the exit code is 1.",
	    0, table };
	struct diag		 d = DIAG_INIT;
	int64_t			 records = 0;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (sign_all(c, &records, &d) != ERR_OK)
		return cli_error("history sign", false, &d);
	printf("%lld records verified, the ends of their chains signed "
	    "anew\n", (long long)records);
	return CLI_OK;
}
