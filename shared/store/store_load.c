#include "store/store_load.h"

#include "base/timefmt.h"

enum err
store_load_get(struct db *db, int64_t ms, struct load *l)
{
	struct stmt	*s = db_stmt(db, STMT_SERVER_LOAD);
	char		 since[TIME_RFC3339_MS_SIZE];
	enum err	 e;

	time_rfc3339_ms(time_now_ms() - ms, since);
	stmt_text(s, ":since", since);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	l->workers = stmt_col_int(s, 0);
	l->slots = stmt_col_int(s, 1);
	l->busy = stmt_col_int(s, 2);
	l->pending = stmt_col_int(s, 3);
	stmt_reset(s);
	return ERR_OK;
}

enum err
store_run_counts(struct db *db, const char *run_id, struct run_counts *c)
{
	struct stmt	*s = db_stmt(db, STMT_RUN_COUNTS);
	enum err	 e;

	stmt_text(s, ":run", run_id);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	c->total = stmt_col_int(s, 0);
	c->passed = stmt_col_int(s, 1);
	c->failed = stmt_col_int(s, 2);
	c->required_failed = stmt_col_int(s, 3);
	stmt_reset(s);
	return c->total == 0 ? ERR_NOTFOUND : ERR_OK;
}
