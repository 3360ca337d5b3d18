#include "store/store_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/json_in.h"

/* *line is the caller's. */
static enum err
read_end(struct db *db, const char *chain, struct history_end *end,
    char **line)
{
	struct stmt	*s;
	const char	*t;
	enum err	 e;

	memset(end, 0, sizeof(*end));
	end->chain = chain;
	end->line = "";
	if ((e = store_keys_end(db, &end->keys)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_HISTORY_LAST);
	stmt_text(s, ":chain", chain);
	if ((e = stmt_step(s)) == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	end->seq = stmt_col_int(s, 0);
	t = stmt_col_text(s, 1);
	snprintf(end->sha256, sizeof(end->sha256), "%s", t == NULL ? "" : t);
	end->line = *line = stmt_col_dup(s, 2);
	stmt_reset(s);
	return *line == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
put_head(struct db *db, enum stmt_id id, const char *chain, int64_t seq,
    const char *line)
{
	struct stmt	*s = db_stmt(db, id);

	stmt_text(s, ":chain", chain);
	stmt_int(s, ":seq", seq);
	stmt_text(s, ":line", line);
	return stmt_run(s, NULL);
}

/* One kernel that the record is about, for lists of one kernel. */
static enum err
add_profile(struct db *db, int64_t seq, const struct history_new *rec,
    const char *profile)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_PROFILE_ADD);

	stmt_text(s, ":profile", profile);
	stmt_text(s, ":created", rec->created_at);
	stmt_text(s, ":run_id", rec->run_id);
	stmt_int(s, ":seq", seq);
	return stmt_run(s, NULL);
}

static enum err
add_profiles(struct db *db, int64_t seq, const struct history_new *rec)
{
	static const char *const lists[] = { "supported_profiles",
		"failed_profiles" };
	struct jval	*doc = NULL;
	enum err	 e = ERR_OK;

	/* What cannot be read is for the verification to complain about. */
	if (jval_parse(rec->line, strlen(rec->line), &doc, NULL) != ERR_OK)
		return ERR_OK;
	for (size_t k = 0; k < 2 && e == ERR_OK; k++) {
		const struct jval	*all = jval_get(doc, lists[k]);

		for (size_t i = 0; i < jval_len(all) && e == ERR_OK; i++)
			e = add_profile(db, seq, rec,
			    jval_str(jval_at(all, i), ""));
	}
	jval_free(doc);
	return e;
}

/* The form of the record, for selection (sql/0013-runtime.sql). */
static enum err
add_shape(struct db *db, const char *chain, int64_t seq,
    const struct history_new *rec)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_SHAPE_PUT);
	int64_t		 id;
	enum err	 e;

	stmt_text(s, ":chain", chain);
	stmt_text(s, ":name", rec->name);
	stmt_text(s, ":status", rec->status);
	stmt_text(s, ":line", rec->line);
	stmt_int(s, ":seq", seq);
	if ((e = stmt_step(s)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_DB : e;
	id = stmt_col_int(s, 0);
	if ((e = stmt_step(s)) != ERR_NOTFOUND)
		return e == ERR_OK ? ERR_DB : e;
	s = db_stmt(db, STMT_HISTORY_SHAPED_ADD);
	stmt_int(s, ":shape", id);
	stmt_int(s, ":seq", seq);
	stmt_text(s, ":version", rec->version);
	stmt_text(s, ":sha256", rec->sha256);
	return stmt_run(s, NULL);
}

static enum err
add_row(struct db *db, const struct history_end *end,
    const struct history_new *rec)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_ADD);
	int64_t		 seq = end->seq + 1;
	enum err	 e;

	stmt_text(s, ":chain", end->chain);
	stmt_int(s, ":seq", seq);
	stmt_text(s, ":run_id", rec->run_id);
	stmt_text(s, ":created", rec->created_at);
	stmt_text(s, ":name", rec->name);
	stmt_text(s, ":version", rec->version);
	stmt_text(s, ":sha256", rec->sha256);
	stmt_text(s, ":status", rec->status);
	stmt_text(s, ":record", rec->record_sha256);
	stmt_text(s, ":prev", end->sha256);
	stmt_text(s, ":line", rec->line);
	if ((e = stmt_run(s, NULL)) != ERR_OK || (e = put_head(db,
	    STMT_HISTORY_HEAD_PUT, end->chain, seq, rec->head)) != ERR_OK)
		return e;
	if (end->chain[0] == '\0' &&
	    (e = add_profiles(db, seq, rec)) != ERR_OK)
		return e;
	if (end->chain[0] != '@' &&
	    (e = add_shape(db, end->chain, seq, rec)) != ERR_OK)
		return e;
	return seq != 1 && seq % HISTORY_CHECKPOINT_STEP != 0 ? ERR_OK :
	    put_head(db, STMT_HISTORY_CHECKPOINT_ADD, end->chain, seq,
	    rec->head);
}

enum err
store_history_append(struct db *db, const char *chain, history_make_fn make,
    void *arg)
{
	struct history_end	 end;
	struct history_new	 rec;
	char			*line = NULL;
	enum err		 e;

	memset(&rec, 0, sizeof(rec));
	if ((e = read_end(db, chain, &end, &line)) == ERR_OK &&
	    (e = make(&end, arg, &rec)) == ERR_OK && (rec.begin == NULL ||
	    (e = store_keys_add(db, rec.begin)) == ERR_OK))
		e = add_row(db, &end, &rec);
	free(line);
	return e;
}

#define ROW_TEXTS	9

/* Where the text columns go, in the order of every SELECT of rows. */
static char **
row_text(struct history_row *r, int i)
{
	char	**at[ROW_TEXTS] = { &r->run_id, &r->created_at, &r->name,
		&r->version, &r->sha256, &r->status, &r->record_sha256,
		&r->prev_sha256, &r->line };

	return at[i];
}

static enum err
read_row(struct stmt *s, struct history_row *r)
{
	r->seq = stmt_col_int(s, 0);
	for (int i = 0; i < ROW_TEXTS; i++)
		if ((*row_text(r, i) = stmt_col_dup(s, i + 1)) == NULL)
			return ERR_NOMEM;
	return ERR_OK;
}

enum err
store_history_rows(struct stmt *s, struct history_row **out, size_t *n)
{
	struct history_row	*rows = NULL;
	size_t			 have = 0, room = 0;
	enum err		 e;

	*out = NULL;
	*n = 0;
	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
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
store_history_page(struct db *db, const char *chain, const struct page *p,
    struct history_row **out, size_t *n)
{
	static const struct page_stmts	 ids = { STMT_HISTORY_PAGE,
		STMT_HISTORY_PAGE_STATUS, STMT_HISTORY_PAGE_NAME,
		STMT_HISTORY_PAGE_VERSION, STMT_HISTORY_PAGE_PROFILE };
	struct stmt	*s = page_stmt(db, p, &ids);

	stmt_text(s, ":chain", chain);
	stmt_int(s, ":seq", p->after.seq);
	return store_history_rows(s, out, n);
}

enum err
store_history_list(struct db *db, const char *chain, const char *name,
    int64_t limit, struct history_row **out, size_t *n)
{
	struct page	 p = { .name = name, .limit = limit };

	return store_history_page(db, chain, &p, out, n);
}

enum err
store_history_of_run(struct db *db, const char *run_id,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_OF_RUN);

	stmt_text(s, ":run_id", run_id);
	return store_history_rows(s, out, n);
}

enum err
store_history_of_import(struct db *db, const char *run_id,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_IMPORT_OF_RUN);

	stmt_text(s, ":run_id", run_id);
	return store_history_rows(s, out, n);
}

enum err
store_history_at(struct db *db, const char *chain, int64_t seq,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_AT);

	stmt_text(s, ":chain", chain);
	stmt_int(s, ":seq", seq);
	return store_history_rows(s, out, n);
}

void
history_rows_free(struct history_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int t = 0; t < ROW_TEXTS; t++)
			free(*row_text(&r[i], t));
	free(r);
}

enum err
store_history_each(struct db *db, const char *chain, int64_t from,
    int64_t to, history_row_fn fn, void *arg)
{
	static char		 none[] = "";
	struct stmt		*s = db_stmt(db, STMT_HISTORY_FROM);
	struct history_row	 r;
	const char		*t;
	enum err		 e;

	stmt_text(s, ":chain", chain);
	stmt_int(s, ":from", from);
	stmt_int(s, ":to", to);
	while ((e = stmt_step(s)) == ERR_OK) {
		r.seq = stmt_col_int(s, 0);
		for (int i = 0; i < ROW_TEXTS; i++) {
			t = stmt_col_text(s, i + 1);
			*row_text(&r, i) = t == NULL ? none :
			    (char *)(uintptr_t)t;
		}
		if ((e = fn(&r, arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_history_last(struct db *db, const char *chain, struct history_last *l)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_END);
	const char	*t;
	enum err	 e;

	memset(l, 0, sizeof(*l));
	stmt_text(s, ":chain", chain);
	if ((e = stmt_step(s)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_DB : e;
	l->seq = stmt_col_int(s, 0);
	t = stmt_col_text(s, 1);
	snprintf(l->sha256, sizeof(l->sha256), "%s", t == NULL ? "" : t);
	l->head_seq = stmt_col_int(s, 2);
	if (!stmt_col_null(s, 3) && (l->head = stmt_col_dup(s, 3)) == NULL)
		e = ERR_NOMEM;
	stmt_reset(s);
	return e;
}

void
history_last_clear(struct history_last *l)
{
	free(l->head);
	l->head = NULL;
}

enum err
store_history_checkpoint(struct db *db, const char *chain, int64_t seq,
    bool before, int64_t *at, char **line)
{
	struct stmt	*s = db_stmt(db, before ?
			    STMT_HISTORY_CHECKPOINT_BEFORE :
			    STMT_HISTORY_CHECKPOINT_NEXT);
	enum err	 e;

	stmt_text(s, ":chain", chain);
	stmt_int(s, ":seq", seq);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*at = stmt_col_int(s, 0);
	*line = stmt_col_dup(s, 1);
	stmt_reset(s);
	return *line == NULL ? ERR_NOMEM : ERR_OK;
}

enum err
store_history_find(struct db *db, const char *chain, const char *sha256,
    int64_t not, int64_t *seq)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_FIND);
	enum err	 e;

	stmt_text(s, ":chain", chain);
	stmt_text(s, ":sha256", sha256);
	stmt_int(s, ":not", not);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*seq = stmt_col_int(s, 0);
	stmt_reset(s);
	return ERR_OK;
}

enum err
store_history_head_put(struct db *db, const char *chain, int64_t seq,
    const char *line)
{
	return put_head(db, STMT_HISTORY_HEAD_PUT, chain, seq, line);
}

enum err
store_history_kept(struct db *db, const char *chain, history_kept_fn fn,
    void *arg)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_CHECKPOINTS);
	enum err	 e;

	stmt_text(s, ":chain", chain);
	while ((e = stmt_step(s)) == ERR_OK)
		if ((e = fn(stmt_col_int(s, 0), stmt_col_text(s, 1),
		    stmt_col_text(s, 2), arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_history_chains(struct db *db, char ***out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_HISTORY_CHAINS);
	char		**v = NULL;
	size_t		 have = 0, room = 0;
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&v, have, &room, sizeof(*v))) != ERR_OK)
			break;
		if ((v[have] = stmt_col_dup(s, 0)) == NULL) {
			e = ERR_NOMEM;
			break;
		}
		have++;
	}
	if (e == ERR_NOTFOUND) {
		*out = v;
		*n = have;
		return ERR_OK;
	}
	stmt_reset(s);
	while (have > 0)
		free(v[--have]);
	free(v);
	return e;
}
