#include "domain/history_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/history_head.h"

struct	walk {
	struct db			*db;
	const char			*chain;
	const struct history_trust	*trust;
	history_visit_fn		 visit;
	void				*arg;
	struct history_sum		*sum;
	char				 prev[SHA256_HEX_SIZE];
};

/* Columns are for queries; what they say has to be what was signed. */
static void
compare_columns(const struct history_row *row,
    const struct history_record *rec, int64_t want_seq,
    struct history_verdict *v)
{
	if (row->seq != want_seq)
		history_issue(v, "records are missing before this one");
	if (rec->record_sha256 == NULL ||
	    strcmp(row->record_sha256, rec->record_sha256) != 0 ||
	    strcmp(row->run_id, rec->run_id == NULL ? "" : rec->run_id) != 0)
		history_issue(v, "the row's columns are not what its record says");
}

static enum err
one_row(const struct history_row *row, void *arg)
{
	struct walk		*w = arg;
	struct history_entry	 en;
	struct history_verdict	 v;
	struct history_link	 link = { row->seq, row, NULL, &v };
	struct diag		 why = DIAG_INIT;
	char			 text[HISTORY_ISSUE_SIZE];
	enum err		 e;

	w->sum->records++;
	e = history_parse(row->line, strlen(row->line), &en, &why);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK) {
		memset(&v, 0, sizeof(v));
		snprintf(text, sizeof(text), "the record cannot be read: "
		    "%.160s", diag_text(&why));
		history_issue(&v, text);
		w->sum->failed++;
		return w->visit(&link, w->arg);
	}
	e = history_verify(&en, w->sum->records == 1 ? NULL : w->prev,
	    w->trust, &v);
	if (e == ERR_OK) {
		compare_columns(row, &en.rec, w->sum->records, &v);
		memcpy(w->prev, v.computed, sizeof(w->prev));
		w->sum->failed += !v.verified;
		link.rec = &en.rec;
		e = w->visit(&link, w->arg);
	}
	history_entry_free(&en);
	return e;
}

static enum err
check_end(struct walk *w)
{
	struct history_sum	*sum = w->sum;
	struct history_head	 head;
	struct diag		 why = DIAG_INIT;
	char			*line = NULL;
	enum err		 e;

	e = store_history_head(w->db, w->chain, NULL, &line);
	if (e == ERR_NOTFOUND) {
		if (sum->records > 0)
			snprintf(sum->end_problem, sizeof(sum->end_problem),
			    "the signed end of the chain is missing");
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (history_head_read(line, strlen(line), w->trust, &head, &why) !=
	    ERR_OK)
		snprintf(sum->end_problem, sizeof(sum->end_problem), "%.250s",
		    diag_text(&why));
	else if (strcmp(head.chain, w->chain) != 0)
		snprintf(sum->end_problem, sizeof(sum->end_problem),
		    "the signed end is that of another chain");
	else if (head.count != sum->records ||
	    strcmp(head.record_sha256, w->prev) != 0)
		snprintf(sum->end_problem, sizeof(sum->end_problem),
		    "the signed end (%s) is record %lld, the chain here ends "
		    "with %lld: records were removed or added",
		    head.signed_at, (long long)head.count,
		    (long long)sum->records);
	free(line);
	return ERR_OK;
}

enum err
history_chain_check(struct db *db, const char *chain,
    const struct history_trust *trust, history_visit_fn visit, void *arg,
    struct history_sum *sum, struct diag *d)
{
	struct walk	 w = { db, chain, trust, visit, arg, sum, "" };
	enum err	 e;

	memset(sum, 0, sizeof(*sum));
	if ((e = store_history_each(db, chain, 1, INT64_MAX, one_row,
	    &w)) == ERR_OK)
		e = check_end(&w);
	return e == ERR_OK ? e : diag_set(d, e, NULL, "the history could not "
	    "be read to its end: %s", err_text(e));
}
