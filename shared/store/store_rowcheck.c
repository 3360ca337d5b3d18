#include "store/store_rowcheck.h"

/* Each gives the name of a row and what is wrong with it. */
static const enum stmt_id checks[] = {
	STMT_CHECK_VERSIONS, STMT_CHECK_VERSION_RECORDS,
	STMT_CHECK_VERSION_EVENTS, STMT_CHECK_USAGE, STMT_CHECK_RUNS,
	STMT_CHECK_FOREIGN_KEYS,
};

enum err
store_check_rows(struct db *db, store_problem_fn fn, void *arg)
{
	struct stmt	*s;
	enum err	 e;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		s = db_stmt(db, checks[i]);
		while ((e = stmt_step(s)) == ERR_OK)
			if ((e = fn(stmt_col_text(s, 0), stmt_col_text(s, 1),
			    arg)) != ERR_OK) {
				stmt_reset(s);
				return e;
			}
		if (e != ERR_NOTFOUND)
			return e;
	}
	return ERR_OK;
}

enum err
store_check_objects(struct db *db, store_object_fn fn, void *arg)
{
	struct stmt	*s = db_stmt(db, STMT_CHECK_OBJECTS);
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK)
		if ((e = fn(stmt_col_text(s, 0), stmt_col_text(s, 1),
		    stmt_col_int(s, 2), arg)) != ERR_OK) {
			stmt_reset(s);
			return e;
		}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
