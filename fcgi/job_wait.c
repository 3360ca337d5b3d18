#include "job_wait.h"

#include "base/timefmt.h"
#include "job_json.h"
#include "transport.h"

bool
job_may_wait(const struct app *app, const struct req *rq)
{
	return app->wait_pool && !rq->no_wait;
}

enum err
job_wait_change(struct app *app, struct call *c, const char *id,
    int64_t since, int64_t deadline)
{
	struct db_watch	*watch;
	struct db	*db;
	int64_t		 rev;
	int		 ms;
	enum err	 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = app_watch(app, &watch, &c->d)) != ERR_OK)
		return e;
	for (;;) {
		/* Events first, then the row: a change in between wakes us. */
		db_watch_drain(watch);
		if ((e = store_job_revision(db, id, &rev)) != ERR_OK)
			return e;
		ms = deadline == -1 ? -1 : time_left_ms(deadline);
		if (rev != since || ms == 0)
			return ERR_OK;
		e = transport_wait(c->t, db_watch_fd(watch), ms);
		if (e != ERR_OK && e != ERR_TIMEOUT)
			return e;
	}
}

enum err
job_wait_end(struct app *app, struct call *c, const char *id, struct job *j)
{
	struct db	*db;
	int64_t		 seen;
	enum err	 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK)
		return e;
	for (;;) {
		if ((e = store_job_get(db, id, j)) != ERR_OK || job_ended(j))
			return e;
		seen = j->revision;
		job_clear(j);
		if ((e = job_wait_change(app, c, id, seen, -1)) != ERR_OK)
			return e;
	}
}
