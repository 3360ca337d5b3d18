#include "store/store_decision.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define ROW_NUMBERS	3
#define ROW_TEXTS	23

/* Where the text columns go, in the order of every SELECT of rows. */
static char **
row_text(struct decision_row *r, int i)
{
	char	**at[ROW_TEXTS] = { &r->id, &r->correlation_id,
		&r->created_at, &r->expires_at, &r->source, &r->operation,
		&r->status, &r->code, &r->reason, &r->actor, &r->tenant,
		&r->project, &r->root, &r->name, &r->requested_version,
		&r->version, &r->sha256, &r->chain, &r->record_sha256,
		&r->run_id, &r->event, &r->event_sha256, &r->trace };

	return at[i];
}

static enum err
read_row(struct stmt *s, struct decision_row *r)
{
	memset(r, 0, sizeof(*r));
	r->seq = stmt_col_int(s, 0);
	r->record_seq = stmt_col_int(s, 1);
	r->audit_seq = stmt_col_int(s, 2);
	for (int i = 0; i < ROW_TEXTS; i++)
		if ((*row_text(r, i) = stmt_col_dup(s, i + ROW_NUMBERS)) ==
		    NULL)
			return ERR_NOMEM;
	return ERR_OK;
}

void
decision_row_clear(struct decision_row *r)
{
	for (int i = 0; i < ROW_TEXTS; i++)
		free(*row_text(r, i));
	memset(r, 0, sizeof(*r));
}

void
decision_rows_free(struct decision_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		decision_row_clear(&r[i]);
	free(r);
}

static enum err
read_rows(struct stmt *s, struct decision_row **out, size_t *n)
{
	struct decision_row	*rows = NULL;
	size_t			 have = 0, room = 0;
	enum err		 e;

	*out = NULL;
	*n = 0;
	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK ||
		    (e = read_row(s, &rows[have++])) != ERR_OK)
			break;
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		decision_rows_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_decision_add(struct db *db, const struct decision_new *d,
    const struct audit_event *ev)
{
	const struct { const char *param, *text; } v[] = {
		{ ":id", d->id }, { ":correlation", d->correlation_id },
		{ ":created", d->created_at }, { ":expires", d->expires_at },
		{ ":source", d->source }, { ":operation", d->operation },
		{ ":status", d->status }, { ":code", d->code },
		{ ":reason", d->reason }, { ":actor", d->actor },
		{ ":tenant", d->tenant }, { ":project", d->project },
		{ ":root", d->root }, { ":name", d->name },
		{ ":requested", d->requested_version },
		{ ":version", d->version }, { ":sha256", d->sha256 },
		{ ":chain", d->chain },
		{ ":record_sha256", d->record_sha256 },
		{ ":run_id", d->run_id }, { ":event", d->event },
		{ ":event_sha256", d->event_sha256 }, { ":trace", d->trace },
	};
	struct stmt	*s;
	enum err	 e;

	if ((e = audit_append_in(db, ev)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_DECISION_ADD);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		stmt_text(s, v[i].param, v[i].text);
	stmt_int(s, ":record_seq", d->record_seq);
	return stmt_run(s, NULL);
}

enum err
store_decision_get(struct db *db, const char *id, struct decision_row *r)
{
	struct stmt	*s = db_stmt(db, STMT_DECISION_GET);
	enum err	 e;

	stmt_text(s, ":id", id);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	if ((e = read_row(s, r)) != ERR_OK)
		decision_row_clear(r);
	stmt_reset(s);
	return e;
}

enum err
store_decision_list(struct db *db, const char *root, int64_t before,
    int64_t limit, struct decision_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_DECISION_LIST);

	stmt_text(s, ":root", root);
	stmt_int(s, ":before", before > 0 ? before : INT64_MAX);
	stmt_int(s, ":limit", limit);
	return read_rows(s, out, n);
}

enum err
store_decision_from(struct db *db, const char *root, int64_t seq,
    int64_t limit, struct decision_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_DECISION_FROM);

	stmt_text(s, ":root", root);
	stmt_int(s, ":from", seq);
	stmt_int(s, ":limit", limit);
	return read_rows(s, out, n);
}

enum err
store_decision_audit_line(struct db *db, int64_t seq, char **line)
{
	struct stmt	*s = db_stmt(db, STMT_DECISION_AUDIT_LINE);
	enum err	 e;

	stmt_int(s, ":seq", seq);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*line = stmt_col_dup(s, 0);
	stmt_reset(s);
	return *line == NULL ? ERR_NOMEM : ERR_OK;
}
