#include "store/store_worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"

/* More dead workers than this are reaped at the next start. */
#define REAP_MAX	64

enum err
store_worker_put(struct db *db, const struct worker_row *w)
{
	struct stmt	*s = db_stmt(db, STMT_WORKER_PUT);
	char		 now[TIME_RFC3339_MS_SIZE];

	time_rfc3339_ms(time_now_ms(), now);
	stmt_text(s, ":holder", w->holder);
	stmt_int(s, ":pid", w->pid);
	stmt_text(s, ":host", w->host);
	stmt_text(s, ":boot_id", w->boot_id);
	stmt_int(s, ":slots", w->slots);
	stmt_text(s, ":accel", w->accel);
	stmt_text(s, ":state", w->state);
	stmt_text(s, ":now", now);
	return stmt_run(s, NULL);
}

enum err
store_worker_drop(struct db *db, const char *holder)
{
	struct stmt	*s = db_stmt(db, STMT_WORKER_DROP);

	stmt_text(s, ":holder", holder);
	return stmt_run(s, NULL);
}

enum err
store_workers_alive(struct db *db, int64_t ms, int64_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_WORKERS_ALIVE);
	char		 since[TIME_RFC3339_MS_SIZE];
	enum err	 e;

	time_rfc3339_ms(time_now_ms() - ms, since);
	stmt_text(s, ":since", since);
	if ((e = stmt_step(s)) == ERR_OK) {
		*n = stmt_col_int(s, 0);
		stmt_reset(s);
	}
	return e;
}

static enum err
bury(struct db *db, const char *holder)
{
	static const enum stmt_id ids[] =
	    { STMT_WORKER_EXPIRE_LEASES, STMT_WORKER_GONE };
	enum err	 e;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct stmt	*s = db_stmt(db, ids[i]);

		stmt_text(s, ":holder", holder);
		if ((e = stmt_run(s, NULL)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* Appends the holders that "s" yields and "alive" does not vouch for. */
static enum err
collect(struct stmt *s, int (*alive)(int64_t, const char *), char **dead,
    size_t *n)
{
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		if (*n == REAP_MAX)
			break;
		if (alive != NULL && alive(stmt_col_int(s, 1),
		    stmt_col_text(s, 0)))
			continue;
		if ((dead[*n] = stmt_col_dup(s, 0)) == NULL) {
			stmt_reset(s);
			return ERR_NOMEM;
		}
		(*n)++;
	}
	stmt_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
store_workers_reap(struct db *db, const struct worker_row *self,
    int (*pid_alive)(int64_t, const char *))
{
	char		*dead[REAP_MAX];
	size_t		 n = 0;
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_WORKERS_OTHER);
	stmt_text(s, ":host", self->host);
	stmt_text(s, ":boot_id", self->boot_id);
	stmt_text(s, ":holder", self->holder);
	if ((e = collect(s, pid_alive, dead, &n)) != ERR_OK)
		goto out;
	s = db_stmt(db, STMT_WORKERS_REBOOTED);
	stmt_text(s, ":host", self->host);
	stmt_text(s, ":boot_id", self->boot_id);
	if ((e = collect(s, NULL, dead, &n)) != ERR_OK)
		goto out;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = bury(db, dead[i]);
out:
	for (size_t i = 0; i < n; i++)
		free(dead[i]);
	return db_end(db, e);
}
