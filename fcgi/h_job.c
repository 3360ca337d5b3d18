/* A job after it was queued: its status, and its cancellation. */
#include <string.h>

#include "base/timefmt.h"
#include "handlers.h"
#include "job_json.h"
#include "job_wait.h"
#include "store/store_job.h"

#define WAIT_MAX_S	60	/* below the time-outs of nginx and browsers */
#define POLL_AFTER_MS	1000	/* for a client that could not wait here */

enum { S_JOB_ID, S_WAIT, S_SINCE };

const struct field status_fields[] = {
	[S_JOB_ID] = { "job_id", field_job_id, FIELD_QUERY | FIELD_REQUIRED,
	    64 },
	[S_WAIT] = { "wait", field_count, FIELD_QUERY, 16 },
	[S_SINCE] = { "since", field_count, FIELD_QUERY, 16 },
	{ NULL, NULL, 0, 0 },
};

enum { C_JOB_ID };

const struct field cancel_fields[] = {
	[C_JOB_ID] = { "job_id", field_job_id, FIELD_QUERY | FIELD_REQUIRED,
	    64 },
	{ NULL, NULL, 0, 0 },
};

static enum err
no_job(struct call *c, enum err e)
{
	if (e == ERR_NOTFOUND)
		return diag_set(&c->d, e, "job_id", "no such job");
	return e;
}

enum err
h_status(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const char		*id = v[S_JOB_ID].str;
	bool			 may_wait;
	struct job		 j = { 0 };
	struct db		*db;
	int64_t			 since;
	enum err		 e;

	if (v[S_WAIT].num > WAIT_MAX_S)
		return diag_set(&c->d, ERR_INVAL, "wait",
		    "wait must be a number of seconds up to %d", WAIT_MAX_S);
	may_wait = job_may_wait(app, c->rq);
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_job_get(db, id, &j)) != ERR_OK)
		return no_job(c, e);
	since = v[S_SINCE].set ? v[S_SINCE].num : j.revision;
	if (v[S_WAIT].num > 0 && may_wait && !job_ended(&j) &&
	    j.revision == since) {
		e = job_wait_change(app, c, id, since,
		    time_mono_ms() + v[S_WAIT].num * 1000);
		job_clear(&j);
		/* A server that stops lets its clients go with what it has. */
		if (e == ERR_UNAVAILABLE)
			may_wait = false;
		else if (e != ERR_OK)
			return no_job(c, e);
		if ((e = store_job_get(db, id, &j)) != ERR_OK)
			return no_job(c, e);
	}
	e = job_json(app, &j, may_wait && v[S_WAIT].num > 0 ? 0 :
	    POLL_AFTER_MS, c->rp, &c->d);
	job_clear(&j);
	return e;
}

enum err
h_cancel(struct app *app, struct call *c)
{
	const char	*id = c->f.v[C_JOB_ID].str;
	struct job	 j = { 0 };
	struct db	*db;
	struct jsonw	*w;
	enum err	 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK)
		return e;
	e = store_job_cancel(db, id);
	if (e == ERR_WRONGSTATE)
		return diag_set(&c->d, e, "job_id",
		    "the job has ended already");
	if (e != ERR_OK || (e = store_job_get(db, id, &j)) != ERR_OK)
		return no_job(c, e);
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_str(w, "job_id", j.id);
	jsonw_str(w, "state", j.state);
	jsonw_bool(w, "cancel_requested", j.cancel_requested);
	jsonw_int(w, "revision", j.revision);
	jsonw_end(w);
	/* A running job stops soon, not now. */
	c->rp->status = job_ended(&j) ? 200 : 202;
	job_clear(&j);
	return ERR_OK;
}
