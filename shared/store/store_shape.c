#include "store/store_shape.h"

static const char *
col(struct stmt *s, int i)
{
	const char	*t = stmt_col_text(s, i);

	return t == NULL ? "" : t;
}

enum err
store_shapes(struct db *db, const char *chain, const char *name, shape_fn fn,
    void *arg)
{
	struct stmt	*s = db_stmt(db, STMT_SHAPES);
	struct shape	 sh;
	enum err	 e;

	stmt_text(s, ":chain", chain);
	stmt_text(s, ":name", name);
	while ((e = stmt_step(s)) == ERR_OK) {
		sh = (struct shape){ .id = stmt_col_int(s, 0),
		    .status = col(s, 1),
		    .required_passed = stmt_col_int(s, 2),
		    .required_failed = stmt_col_int(s, 3),
		    .supported = col(s, 4), .failed = col(s, 5),
		    .codes = col(s, 6), .records = stmt_col_int(s, 7),
		    .last_seq = stmt_col_int(s, 8) };
		if ((e = fn(&sh, arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_shape_of_version(struct db *db, int64_t shape, const char *version,
    int64_t *records, int64_t *last)
{
	struct stmt	*s = db_stmt(db, STMT_SHAPE_OF_VERSION);
	enum err	 e;

	stmt_int(s, ":shape", shape);
	stmt_text(s, ":version", version);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*records = stmt_col_int(s, 0);
	*last = stmt_col_int(s, 1);
	stmt_reset(s);
	return ERR_OK;
}

enum err
store_shape_records(struct db *db, const struct shape_page *p,
    struct history_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, p->version != NULL ?
			    STMT_SHAPE_RECORDS_VERSION :
			    STMT_SHAPE_RECORDS);

	stmt_text(s, ":chain", p->chain);
	stmt_int(s, ":shape", p->shape);
	if (p->version != NULL)
		stmt_text(s, ":version", p->version);
	stmt_int(s, ":before", p->before);
	stmt_int(s, ":limit", p->limit);
	return store_history_rows(s, out, n);
}

/* Is there a row? */
static enum err
any(struct stmt *s, bool *yes)
{
	enum err	 e = stmt_step(s);

	*yes = e == ERR_OK;
	stmt_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_shape_object_after(struct db *db, int64_t shape, const char *sha256,
    int64_t seq, bool *yes)
{
	struct stmt	*s = db_stmt(db, STMT_SHAPE_OBJECT_AFTER);

	stmt_int(s, ":shape", shape);
	stmt_text(s, ":sha256", sha256);
	stmt_int(s, ":seq", seq);
	return any(s, yes);
}

enum err
store_version_yanked_after(struct db *db, const char *chain,
    const char *name, const char *version, int64_t seq, bool *yes)
{
	struct stmt	*s = db_stmt(db, STMT_VERSION_YANKED_AFTER);

	stmt_text(s, ":chain", chain);
	stmt_text(s, ":name", name);
	stmt_text(s, ":version", version);
	stmt_int(s, ":seq", seq);
	return any(s, yes);
}
