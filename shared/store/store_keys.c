#include "store/store_keys.h"

#include <stdio.h>
#include <string.h>

/* Text of a column into an array. */
static void
col_into(struct stmt *s, int col, char *out, size_t size)
{
	const char	*t = stmt_col_text(s, col);

	snprintf(out, size, "%s", t == NULL ? "" : t);
}

enum err
store_keys_end(struct db *db, struct keys_end *end)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_KEYS_LAST);
	enum err	 e;

	memset(end, 0, sizeof(*end));
	if ((e = stmt_step(s)) == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	end->seq = stmt_col_int(s, 0);
	col_into(s, 1, end->sha256, sizeof(end->sha256));
	col_into(s, 2, end->at, sizeof(end->at));
	col_into(s, 3, end->key, sizeof(end->key));
	col_into(s, 4, end->from, sizeof(end->from));
	stmt_reset(s);
	return ERR_OK;
}

enum err
store_keys_add(struct db *db, const struct key_row *r)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_KEYS_ADD);

	stmt_int(s, ":seq", r->seq);
	stmt_text(s, ":at", r->at);
	stmt_text(s, ":action", r->action);
	stmt_text(s, ":key_id", r->key_id);
	stmt_text(s, ":public_key", r->public_key);
	stmt_text(s, ":reason", r->reason);
	stmt_text(s, ":sha256", r->sha256);
	stmt_text(s, ":prev", r->prev_sha256);
	stmt_text(s, ":line", r->line);
	return stmt_run(s, NULL);
}

static const char *
col(struct stmt *s, int i)
{
	const char	*t = stmt_col_text(s, i);

	return t == NULL ? "" : t;
}

enum err
store_keys_each(struct db *db, key_row_fn fn, void *arg)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_KEYS_ALL);
	struct key_row	 r;
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		r = (struct key_row){ stmt_col_int(s, 0), col(s, 1),
		    col(s, 2), col(s, 3), col(s, 4), col(s, 5), col(s, 6),
		    col(s, 7), col(s, 8) };
		if ((e = fn(&r, arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_keys_use(struct db *db, const char *mark, int64_t *n,
    char first[static TIME_RFC3339_MS_SIZE],
    char last[static TIME_RFC3339_MS_SIZE])
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_KEYS_USE);
	enum err	 e;

	stmt_text(s, ":mark", mark);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*n = stmt_col_int(s, 0);
	col_into(s, 1, first, TIME_RFC3339_MS_SIZE);
	col_into(s, 2, last, TIME_RFC3339_MS_SIZE);
	stmt_reset(s);
	return ERR_OK;
}
