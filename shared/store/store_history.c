#include "store/store_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err
read_end(struct db *db, struct history_end *end)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_LAST);
	const char	*sha;
	enum err	 e;

	memset(end, 0, sizeof(*end));
	if ((e = stmt_step(s)) == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	sha = stmt_col_text(s, 1);
	end->seq = stmt_col_int(s, 0);
	snprintf(end->sha256, sizeof(end->sha256), "%s",
	    sha == NULL ? "" : sha);
	stmt_reset(s);
	return ERR_OK;
}

static enum err
put_head(struct db *db, const char *line)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_HEAD_PUT);

	stmt_text(s, ":line", line);
	return stmt_run(s, NULL);
}

enum err
store_history_append(struct db *db, history_make_fn make, void *arg)
{
	struct history_end	 end;
	struct history_new	 rec;
	struct stmt		*s;
	enum err		 e;

	memset(&rec, 0, sizeof(rec));
	if ((e = read_end(db, &end)) != ERR_OK ||
	    (e = make(&end, arg, &rec)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_HISTORY_ADD);
	stmt_int(s, ":seq", end.seq + 1);
	stmt_text(s, ":run_id", rec.run_id);
	stmt_text(s, ":created", rec.created_at);
	stmt_text(s, ":name", rec.name);
	stmt_text(s, ":version", rec.version);
	stmt_text(s, ":sha256", rec.sha256);
	stmt_text(s, ":status", rec.status);
	stmt_text(s, ":record", rec.record_sha256);
	stmt_text(s, ":prev", end.sha256);
	stmt_text(s, ":line", rec.line);
	if ((e = stmt_run(s, NULL)) != ERR_OK)
		return e;
	return put_head(db, rec.head);
}

static enum err
read_row(struct stmt *s, struct history_row *r)
{
	r->seq = stmt_col_int(s, 0);
	r->run_id = stmt_col_dup(s, 1);
	r->record_sha256 = stmt_col_dup(s, 2);
	r->line = stmt_col_dup(s, 3);
	return r->run_id == NULL || r->record_sha256 == NULL ||
	    r->line == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
read_rows(struct stmt *s, struct history_row **out, size_t *n)
{
	struct history_row	*rows = NULL, *grown;
	size_t			 have = 0, room = 0;
	enum err		 e;

	*out = NULL;
	*n = 0;
	while ((e = stmt_step(s)) == ERR_OK) {
		if (have == room) {
			room = room == 0 ? 32 : room * 2;
			grown = reallocarray(rows, room, sizeof(*rows));
			if (grown == NULL) {
				e = ERR_NOMEM;
				break;
			}
			rows = grown;
		}
		memset(&rows[have], 0, sizeof(*rows));
		if ((e = read_row(s, &rows[have++])) != ERR_OK)
			break;
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		history_rows_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_history_list(struct db *db, const char *name, int64_t limit,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, name == NULL ? STMT_HISTORY_NEWEST :
			    STMT_HISTORY_OF_NAME);

	if (name != NULL)
		stmt_text(s, ":name", name);
	stmt_int(s, ":limit", limit);
	return read_rows(s, out, n);
}

enum err
store_history_from(struct db *db, int64_t seq, int64_t limit,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_FROM);

	stmt_int(s, ":seq", seq);
	stmt_int(s, ":limit", limit);
	return read_rows(s, out, n);
}

void
history_rows_free(struct history_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(r[i].run_id);
		free(r[i].record_sha256);
		free(r[i].line);
	}
	free(r);
}

enum err
store_history_head(struct db *db, char **line)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_HEAD_GET);
	enum err	 e;

	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*line = stmt_col_dup(s, 0);
	stmt_reset(s);
	return *line == NULL ? ERR_NOMEM : ERR_OK;
}
