/*
 * The verification of a project's chain, and of one record before its bytes
 * go out.  What was proved once is remembered by a digest over the row
 * (history_view.h), so asking again costs a digest a record, and a row that
 * was changed meanwhile is judged anew.
 */
#include "registry_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audited.h"
#include "domain/history_show.h"
#include "domain/registry.h"
#include "field_registry.h"
#include "handlers.h"
#include "registry_json.h"

/* Records in one answer; about 750 bytes each, and 0.1 ms the first time. */
#define VERIFY_MAX	5000
/* Rows in memory at a time. */
#define BATCH		200

/* --- rows, copied: proving one reads others ------------------------------------*/

struct	rows {
	struct history_row	*v;
	size_t			 n;
};

static enum err
copy_row(const struct history_row *r, void *arg)
{
	struct rows		*rows = arg;
	struct history_row	*to = &rows->v[rows->n++];
	char			**text[] = { &to->run_id, &to->created_at,
		&to->name, &to->version, &to->sha256, &to->status,
		&to->record_sha256, &to->prev_sha256, &to->line };
	const char		*from[] = { r->run_id, r->created_at, r->name,
		r->version, r->sha256, r->status, r->record_sha256,
		r->prev_sha256, r->line };

	to->seq = r->seq;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if ((*text[i] = strdup(from[i])) == NULL)
			return ERR_NOMEM;
	return ERR_OK;
}

static enum err
read_rows(struct db *db, const char *chain, int64_t from, size_t many,
    struct rows *rows)
{
	enum err	 e;

	rows->n = 0;
	if ((rows->v = calloc(many, sizeof(*rows->v))) == NULL)
		return ERR_NOMEM;
	e = store_history_each(db, chain, from, from + (int64_t)many - 1,
	    copy_row, rows);
	if (e != ERR_OK)
		history_rows_free(rows->v, rows->n);
	return e;
}

/* --- one record ---------------------------------------------------------------*/

static enum err
prove_one(struct history_view *view, struct db *db, const char *chain,
    const struct version_key *k, const struct registry_version *v,
    struct history_verdict *out)
{
	struct rows	 rows;
	enum err	 e;

	if ((e = read_rows(db, chain, v->seq, 1, &rows)) != ERR_OK)
		return e;
	if (rows.n != 1 || strcmp(rows.v[0].name, k->name) != 0 ||
	    strcmp(rows.v[0].version, k->version) != 0 ||
	    strcmp(rows.v[0].sha256, v->sha256) != 0)
		history_issue(out, HF_COLUMNS,
		    "the version is not the one that was signed");
	else
		e = history_view_prove(view, db, chain, &rows.v[0], out);
	history_rows_free(rows.v, rows.n);
	return e;
}

enum err
registry_proved(struct app *app, struct call *c, const struct version_key *k,
    const struct registry_version *v)
{
	struct history_verdict	 verdict = { .verified = true };
	struct history_view	*view;
	struct db		*db;
	char			 chain[HISTORY_CHAIN_MAX + 1];
	enum err		 e;

	snprintf(chain, sizeof(chain), "%s/%s", k->tenant, k->project);
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = db_begin_read(db)) != ERR_OK)
		return e;
	if ((e = app_view(app, &view, &c->d)) == ERR_OK)
		e = prove_one(view, db, chain, k, v, &verdict);
	db_rollback(db);
	if (e != ERR_OK || verdict.verified)
		return e;
	diag_set(&c->d, ERR_CORRUPT, NULL, "the record of this version does "
	    "not verify (%s), so nothing is handed out; ask the operator for "
	    "history/verify", verdict.nissues > 0 ? verdict.issue[0] : "");
	diag_word(&c->d, "record_damaged");
	return ERR_CORRUPT;
}

/* --- the chain ----------------------------------------------------------------*/

enum { V_TENANT, V_PROJECT, V_LIMIT, V_CURSOR };

const struct field registry_verify_fields[] = {
	[V_TENANT] = { "tenant", field_registry_id,
	    FIELD_QUERY | FIELD_REQUIRED, 128 },
	[V_PROJECT] = { "project", field_registry_id,
	    FIELD_QUERY | FIELD_REQUIRED, 128 },
	[V_LIMIT] = { "limit", field_count, FIELD_QUERY, 16 },
	[V_CURSOR] = { "cursor", field_cursor, FIELD_QUERY, 32 },
	{ NULL, NULL, 0, 0 },
};

struct	check {
	struct history_view	*view;
	struct db		*db;
	char			 chain[HISTORY_CHAIN_MAX + 1];
	char			 prev[SHA256_HEX_SIZE];	/* of the row before */
	int64_t			 next;		/* seq of the next record */
	int64_t			 left;		/* that fit into the answer */
	int64_t			 total, failed;
	bool			 more;
};

static enum err
check_row(struct check *k, const struct history_row *row, struct jsonw *w)
{
	struct history_verdict	 verdict;
	struct history_scan	 scan;
	struct history_link	 link = { .seq = row->seq, .row = row,
		.verdict = &verdict, .expected_prev = k->prev };
	enum err		 e;

	if ((e = history_view_prove(k->view, k->db, k->chain, row,
	    &verdict)) != ERR_OK)
		return e;
	if (history_scan(row->line, strlen(row->line), &scan))
		link.scan = &scan;
	history_link_json(w, &link);
	snprintf(k->prev, sizeof(k->prev), "%s", verdict.computed);
	k->total++;
	k->failed += !verdict.verified;
	k->next = row->seq + 1;
	k->left--;
	return ERR_OK;
}

static enum err
check_rows(struct check *k, struct jsonw *w)
{
	struct rows	 rows;
	size_t		 shown;
	enum err	 e = ERR_OK;

	while (e == ERR_OK) {
		/* One more than fits tells whether there is more. */
		if ((e = read_rows(k->db, k->chain, k->next, k->left < BATCH ?
		    (size_t)k->left + 1 : BATCH, &rows)) != ERR_OK)
			return e;
		k->more = (int64_t)rows.n > k->left;
		shown = k->more ? (size_t)k->left : rows.n;
		for (size_t i = 0; i < shown && e == ERR_OK; i++)
			e = check_row(k, &rows.v[i], w);
		history_rows_free(rows.v, rows.n);
		if (rows.n == 0 || k->more || k->left == 0)
			break;
	}
	return e;
}

static void
end_json(struct jsonw *w, const struct check *k,
    const struct history_sum *end)
{
	jsonw_end(w);
	jsonw_obj(w, "summary");
	jsonw_int(w, "failed", k->failed);
	jsonw_int(w, "total", k->total);
	jsonw_int(w, "records", end->records);
	jsonw_bool(w, "end_verified", end->end_fault == HF_NONE);
	if (end->end_fault != HF_NONE) {
		jsonw_str(w, "end_code", history_fault_code(end->end_fault));
		jsonw_str(w, "end_problem", end->end_problem);
	}
	jsonw_end(w);
	if (k->more)
		field_cursor_next(w, k->next);
	jsonw_end(w);
}

static enum err
check_chain(struct check *k, struct call *c)
{
	struct history_sum	 end = { 0 };
	struct jsonw		*w = reply_json(c->rp);
	enum err		 e;

	jsonw_obj(w, NULL);
	jsonw_arr(w, "verification");
	if ((e = check_rows(k, w)) != ERR_OK)
		return e;
	if (k->total > 0 && (e = history_view_end(k->view, k->db, k->chain,
	    &end)) != ERR_OK)
		return e;
	end_json(w, k, &end);
	return ERR_OK;
}

enum err
h_registry_verify(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct audit_event	 ev = { .action = "history_verify",
		.tenant = v[V_TENANT].str, .project = v[V_PROJECT].str,
		.fold = true };
	struct check		 k = { .next = v[V_CURSOR].set ?
		v[V_CURSOR].num : 1, .left = VERIFY_MAX };
	enum err		 e;

	if (v[V_LIMIT].set && v[V_LIMIT].num > 0 &&
	    v[V_LIMIT].num < VERIFY_MAX)
		k.left = v[V_LIMIT].num;
	snprintf(k.chain, sizeof(k.chain), "%s/%s", ev.tenant, ev.project);
	if ((e = registry_project_known(app, c, ev.tenant, ev.project, &k.db,
	    NULL)) != ERR_OK ||
	    (e = db_begin_read(k.db)) != ERR_OK)
		return e;
	if ((e = app_view(app, &k.view, &c->d)) == ERR_OK)
		e = check_chain(&k, c);
	db_rollback(k.db);
	if (e == ERR_OK)
		e = audited_allow(app, c, &ev);
	c->rp->cache = CACHE_PRIVATE;
	return e;
}
