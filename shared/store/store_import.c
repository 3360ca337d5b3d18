#include "store/store_import.h"

enum err
store_import_known(struct db *db, const char *sha256, char **chain)
{
	struct stmt	*s = db_stmt(db, STMT_IMPORT_KNOWN);
	enum err	 e;

	stmt_text(s, ":sha256", sha256);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*chain = stmt_col_dup(s, 0);
	stmt_reset(s);
	return *chain == NULL ? ERR_NOMEM : ERR_OK;
}

enum err
store_import_key(struct db *db, const char *chain, const char *public_key,
    const char *key_id, const char *at)
{
	struct stmt	*s = db_stmt(db, STMT_FOREIGN_KEY_PUT);

	stmt_text(s, ":chain", chain);
	stmt_text(s, ":key", public_key);
	stmt_text(s, ":key_id", key_id);
	stmt_text(s, ":at", at);
	return stmt_run(s, NULL);
}

enum err
store_import_keys(struct db *db, const char *chain, import_key_fn fn,
    void *arg)
{
	struct stmt	*s = db_stmt(db, STMT_FOREIGN_KEYS);
	enum err	 e;

	stmt_text(s, ":chain", chain);
	while ((e = stmt_step(s)) == ERR_OK)
		if ((e = fn(stmt_col_text(s, 0), stmt_col_text(s, 1),
		    stmt_col_text(s, 2), arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
add_job(struct db *db, const struct run *r, const char *basename,
    int64_t size)
{
	struct stmt	*s = db_stmt(db, STMT_IMPORT_JOB);

	stmt_text(s, ":id", r->job_id);
	stmt_text(s, ":sha256", r->sha256);
	stmt_int(s, ":size", size);
	stmt_text(s, ":basename", basename);
	stmt_text(s, ":name", r->name);
	stmt_text(s, ":version", r->version);
	stmt_text(s, ":matrix_name", r->matrix_name);
	stmt_text(s, ":matrix_path", r->matrix_path);
	stmt_text(s, ":at", r->finished_at);
	stmt_text(s, ":run_id", r->run_id);
	stmt_int(s, ":exit_code", r->exit_code);
	return stmt_run(s, NULL);
}

enum err
store_import_run(struct db *db, const struct run *r, const char *basename,
    int64_t size)
{
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if ((e = add_job(db, r, basename, size)) == ERR_OK)
		e = store_run_add(db, r);
	return db_end(db, e);
}
