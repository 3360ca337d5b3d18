#include "store/store_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"
#include "base/timefmt.h"

static void
stamp(int64_t ms_from_now, char out[static TIME_RFC3339_MS_SIZE])
{
	time_rfc3339_ms(time_now_ms() + ms_from_now, out);
}

/* Binds ":now"; every write carries the time of the write. */
static void
bind_now(struct stmt *s)
{
	char	 now[TIME_RFC3339_MS_SIZE];

	stamp(0, now);
	stmt_text(s, ":now", now);
}

static void
bind_claim(struct stmt *s, const struct job_claim *c)
{
	stmt_text(s, ":id", c->id);
	stmt_text(s, ":holder", c->holder);
	stmt_int(s, ":attempt", c->attempt);
}

/* A fenced write that must have hit its row. */
static enum err
run_fenced(struct stmt *s)
{
	int	 changes = 0;
	enum err e = stmt_run(s, &changes);

	if (e == ERR_OK && changes == 0)
		return ERR_LEASE;
	return e;
}

/* --- queueing ------------------------------------------------------------*/

static enum err
find_by_key(struct db *db, const struct job_new *j,
    char id[static JOB_ID_SIZE])
{
	struct stmt	*s = db_stmt(db, STMT_JOB_BY_KEY);
	enum err	 e;

	stmt_text(s, ":submitted_by", j->submitted_by);
	stmt_text(s, ":key", j->idempotency_key);
	if ((e = stmt_step(s)) == ERR_OK) {
		snprintf(id, JOB_ID_SIZE, "%s", stmt_col_text(s, 0));
		stmt_reset(s);
	}
	return e;
}

static enum err
insert_job(struct db *db, const struct job_new *j, const char *id)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_ADD);

	stmt_text(s, ":id", id);
	stmt_text(s, ":origin", j->origin);
	stmt_text(s, ":sha256", j->sha256);
	stmt_int(s, ":size", j->size);
	stmt_text(s, ":basename", j->basename);
	stmt_text(s, ":path", j->path);
	stmt_text(s, ":name", j->name);
	stmt_text(s, ":version", j->version);
	stmt_text(s, ":variant", j->variant);
	stmt_text(s, ":uri", j->uri);
	stmt_text(s, ":mode", j->mode);
	stmt_text(s, ":attach_mode", j->attach_mode);
	stmt_text(s, ":matrix_name", j->matrix_name);
	stmt_text(s, ":matrix_path", j->matrix_path);
	stmt_int(s, ":timeout", j->timeout_ms);
	stmt_int(s, ":concurrency", j->concurrency);
	stmt_int(s, ":fresh_boot", j->fresh_boot);
	stmt_text(s, ":request_id", j->request_id);
	stmt_text(s, ":submitted_by", j->submitted_by);
	stmt_text(s, ":key", j->idempotency_key);
	bind_now(s);
	return stmt_run(s, NULL);
}

static enum err
insert_targets(struct db *db, const struct job_new *j, const char *id)
{
	enum err	 e;

	for (size_t i = 0; i < j->ntargets; i++) {
		struct stmt	*s = db_stmt(db, STMT_JOB_TARGET_ADD);

		stmt_text(s, ":job", id);
		stmt_int(s, ":position", (int64_t)i);
		stmt_text(s, ":profile", j->targets[i].profile_id);
		stmt_int(s, ":required", j->targets[i].required);
		stmt_int(s, ":timeout", j->targets[i].timeout_ms);
		bind_now(s);
		if ((e = stmt_run(s, NULL)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
insert_artifact(struct db *db, const char *sha256, int64_t size)
{
	struct stmt	*s = db_stmt(db, STMT_ARTIFACT_ADD);

	stmt_text(s, ":sha256", sha256);
	stmt_int(s, ":size", size);
	bind_now(s);
	return stmt_run(s, NULL);
}

/* Inputs lie among the artifacts: what a row names is never swept away. */
static enum err
insert_inputs(struct db *db, const struct job_new *j, const char *id)
{
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < j->ninputs && e == ERR_OK; i++)
		e = insert_artifact(db, j->inputs[i].sha256,
		    j->inputs[i].size);
	return e == ERR_OK ? store_inputs_add(db, id, j->inputs,
	    j->ninputs) : e;
}

/* Is there room for one more job, in the queue and of this caller? */
static enum err
room(struct db *db, const struct job_new *j, int64_t max_queued)
{
	struct stmt	*s;
	int64_t		 queued, running, own = 0;
	enum err	 e;

	if ((e = store_queue_counts(db, &queued, &running)) != ERR_OK)
		return e;
	if (queued >= max_queued)
		return ERR_FULL;
	if (j->max_own <= 0)
		return ERR_OK;
	s = db_stmt(db, STMT_QUEUE_OWN);
	stmt_text(s, ":submitted_by", j->submitted_by);
	if ((e = stmt_step(s)) == ERR_OK)
		own = stmt_col_int(s, 0);
	stmt_reset(s);
	return e == ERR_OK && own >= j->max_own ? ERR_LIMITED : e;
}

enum err
store_job_add(struct db *db, const struct job_new *j, int64_t max_queued,
    char id[static JOB_ID_SIZE])
{
	char	 fresh[JOB_ID_SIZE] = "val-";
	enum err e;

	if (j->ntargets == 0 || j->ninputs > JOB_INPUTS_MAX)
		return ERR_INVAL;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if (j->idempotency_key != NULL) {
		e = find_by_key(db, j, id);
		if (e != ERR_NOTFOUND)
			return db_end(db, e == ERR_OK ? ERR_EXISTS : e);
	}
	rnd_hex(16, fresh + 4);
	if ((e = room(db, j, max_queued)) == ERR_OK &&
	    (e = insert_artifact(db, j->sha256, j->size)) == ERR_OK &&
	    (e = insert_job(db, j, fresh)) == ERR_OK &&
	    (e = insert_targets(db, j, fresh)) == ERR_OK)
		e = insert_inputs(db, j, fresh);
	e = db_end(db, e);
	if (e == ERR_OK)
		memcpy(id, fresh, JOB_ID_SIZE);
	return e;
}

/* --- reading -------------------------------------------------------------*/

void
job_clear(struct job *j)
{
	char	*owned[] = { j->id, j->state, j->stage, j->message, j->origin,
		    j->sha256, j->basename, j->path, j->name, j->version,
		    j->variant, j->uri, j->mode, j->attach_mode,
		    j->matrix_name, j->matrix_path, j->request_id,
		    j->submitted_by, j->created_at, j->started_at,
		    j->updated_at, j->finished_at, j->holder, j->run_id,
		    j->error_code, j->error };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	memset(j, 0, sizeof(*j));
}

/* Copies text columns in order; false when out of memory. */
static bool
dup_columns(struct stmt *s, int *col, char **const *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((*to[i] = stmt_col_dup(s, (*col)++)) == NULL)
			return false;
	return true;
}

#define DUP(s, c, ...) dup_columns((s), (c),				\
	(char **const []){ __VA_ARGS__ },				\
	sizeof((char **const []){ __VA_ARGS__ }) / sizeof(char **))

/* Column order of the statement job_get. */
static bool
read_job(struct stmt *s, struct job *j)
{
	int	 c = 0;

	j->seq = stmt_col_int(s, c++);
	if (!DUP(s, &c, &j->id, &j->state, &j->stage, &j->message))
		return false;
	j->percent = stmt_col_int(s, c++);
	j->revision = stmt_col_int(s, c++);
	if (!DUP(s, &c, &j->origin, &j->sha256))
		return false;
	j->size = stmt_col_int(s, c++);
	if (!DUP(s, &c, &j->basename, &j->path, &j->name, &j->version,
	    &j->variant, &j->uri, &j->mode, &j->attach_mode, &j->matrix_name,
	    &j->matrix_path))
		return false;
	j->timeout_ms = stmt_col_int(s, c++);
	j->concurrency = stmt_col_int(s, c++);
	j->fresh_boot = stmt_col_int(s, c++) != 0;
	if (!DUP(s, &c, &j->request_id, &j->submitted_by, &j->created_at,
	    &j->started_at, &j->updated_at, &j->finished_at))
		return false;
	j->cancel_requested = stmt_col_int(s, c++) != 0;
	if (!DUP(s, &c, &j->holder))
		return false;
	j->attempt = stmt_col_int(s, c++);
	if (!DUP(s, &c, &j->run_id))
		return false;
	j->exit_code = stmt_col_null(s, c) ? -1 : stmt_col_int(s, c);
	c++;
	return DUP(s, &c, &j->error_code, &j->error);
}

enum err
store_job_get(struct db *db, const char *id, struct job *out)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_GET);
	struct job	 j = { 0 };
	enum err	 e;

	stmt_text(s, ":id", id);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	if (!read_job(s, &j)) {
		job_clear(&j);
		e = ERR_NOMEM;
	} else
		*out = j;
	stmt_reset(s);
	return e;
}

/* The one number a statement tells of a job. */
static enum err
number_of_job(struct db *db, enum stmt_id which, const char *id, int64_t *n)
{
	struct stmt	*s = db_stmt(db, which);
	enum err	 e;

	stmt_text(s, ":id", id);
	if ((e = stmt_step(s)) == ERR_OK) {
		*n = stmt_col_int(s, 0);
		stmt_reset(s);
	}
	return e;
}

enum err
store_job_revision(struct db *db, const char *id, int64_t *revision)
{
	return number_of_job(db, STMT_JOB_REVISION, id, revision);
}

enum err
store_job_position(struct db *db, const char *id, int64_t *before)
{
	return number_of_job(db, STMT_JOB_POSITION, id, before);
}

enum err
store_queue_counts(struct db *db, int64_t *queued, int64_t *running)
{
	struct stmt	*s = db_stmt(db, STMT_QUEUE_COUNTS);
	enum err	 e;

	if ((e = stmt_step(s)) == ERR_OK) {
		*queued = stmt_col_int(s, 0);
		*running = stmt_col_int(s, 1);
		stmt_reset(s);
	}
	return e;
}

void
job_targets_free(struct job_target *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char	*owned[] = { t[i].profile_id, t[i].state, t[i].stage,
			    t[i].message, t[i].started_at, t[i].finished_at,
			    t[i].kernel_release, t[i].failed_stage,
			    t[i].classification_code,
			    t[i].classification_reason, t[i].error,
			    t[i].report_path };

		for (size_t k = 0; k < sizeof(owned) / sizeof(owned[0]); k++)
			free(owned[k]);
	}
	free(t);
}

/* Column order of the statement job_targets. */
static bool
read_target(struct stmt *s, struct job_target *t)
{
	int	 c = 0;

	memset(t, 0, sizeof(*t));
	t->position = stmt_col_int(s, c++);
	if (!DUP(s, &c, &t->profile_id))
		return false;
	t->required = stmt_col_int(s, c++) != 0;
	t->timeout_ms = stmt_col_int(s, c++);
	if (!DUP(s, &c, &t->state, &t->stage, &t->message))
		return false;
	t->attempts = stmt_col_int(s, c++);
	if (!DUP(s, &c, &t->started_at, &t->finished_at))
		return false;
	t->duration_ms = stmt_col_int(s, c++);
	return DUP(s, &c, &t->kernel_release, &t->failed_stage,
	    &t->classification_code, &t->classification_reason, &t->error,
	    &t->report_path);
}

enum err
store_job_targets(struct db *db, const char *job_id, struct job_target **out,
    size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_TARGETS);
	struct job_target *rows = NULL;
	size_t		 have = 0, room = 0;
	enum err	 e;

	stmt_text(s, ":job", job_id);
	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
		if (!read_target(s, &rows[have++])) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		job_targets_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

/* --- canceling -----------------------------------------------------------*/

enum err
store_job_cancel(struct db *db, const char *id)
{
	struct stmt	*s;
	struct job	 j;
	int		 changes = 0;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if ((e = store_job_get(db, id, &j)) != ERR_OK)
		return db_end(db, e);
	s = db_stmt(db, STMT_JOB_CANCEL);
	stmt_text(s, ":id", id);
	bind_now(s);
	e = stmt_run(s, &changes);
	if (e == ERR_OK && changes == 0 && !j.cancel_requested)
		e = ERR_WRONGSTATE;
	job_clear(&j);
	if (e == ERR_OK && changes > 0) {
		s = db_stmt(db, STMT_JOB_CANCEL_TARGETS);
		stmt_text(s, ":id", id);
		bind_now(s);
		e = stmt_run(s, NULL);
	}
	return db_end(db, e);
}

/* --- the worker's side ---------------------------------------------------*/

static enum err
reset_targets(struct db *db, const char *id)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_CLAIM_TARGETS);

	stmt_text(s, ":id", id);
	bind_now(s);
	return stmt_run(s, NULL);
}

enum err
store_job_claim(struct db *db, const char *holder, int64_t lease_ms,
    const char *only, struct job_claim *c)
{
	struct stmt	*s;
	char		 lease[TIME_RFC3339_MS_SIZE], run_id[RUN_ID_SIZE];
	enum err	 e;

	if (strlen(holder) >= sizeof(c->holder))
		return ERR_TOOBIG;
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_JOB_CLAIM);
	run_id_new(run_id);
	stamp(lease_ms, lease);
	stmt_text(s, ":holder", holder);
	stmt_text(s, ":lease", lease);
	stmt_text(s, ":run_id", run_id);
	stmt_text(s, ":only", only);
	bind_now(s);
	if ((e = stmt_step(s)) == ERR_OK) {
		snprintf(c->id, sizeof(c->id), "%s", stmt_col_text(s, 0));
		snprintf(c->holder, sizeof(c->holder), "%s", holder);
		c->attempt = stmt_col_int(s, 1);
		if ((e = stmt_run(s, NULL)) == ERR_OK)
			e = reset_targets(db, c->id);
	}
	return db_end(db, e);
}

enum err
store_job_renew(struct db *db, const struct job_claim *c, int64_t lease_ms,
    bool *cancel_requested)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_RENEW);
	char		 lease[TIME_RFC3339_MS_SIZE];
	enum err	 e;

	stamp(lease_ms, lease);
	bind_claim(s, c);
	stmt_text(s, ":lease", lease);
	e = stmt_step(s);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_LEASE : e;
	*cancel_requested = stmt_col_int(s, 0) != 0;
	/* The row came before the statement ended; end it, so it commits. */
	return stmt_run(s, NULL);
}

enum err
store_job_progress(struct db *db, const struct job_claim *c,
    const char *stage, const char *message, int percent)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_PROGRESS);

	bind_claim(s, c);
	stmt_text(s, ":stage", stage);
	stmt_text(s, ":message", message);
	stmt_int(s, ":percent", percent);
	bind_now(s);
	return run_fenced(s);
}

enum err
store_target_start(struct db *db, const struct job_claim *c,
    const char *profile_id, int64_t *attempt)
{
	struct stmt	*s = db_stmt(db, STMT_TARGET_START);
	enum err	 e;

	bind_claim(s, c);
	stmt_text(s, ":profile", profile_id);
	bind_now(s);
	e = stmt_step(s);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_LEASE : e;
	*attempt = stmt_col_int(s, 0);
	return stmt_run(s, NULL);
}

enum err
store_target_stage(struct db *db, const struct job_claim *c,
    const char *profile_id, const char *stage, const char *message)
{
	struct stmt	*s = db_stmt(db, STMT_TARGET_STAGE);

	bind_claim(s, c);
	stmt_text(s, ":profile", profile_id);
	stmt_text(s, ":stage", stage);
	stmt_text(s, ":message", message);
	bind_now(s);
	return run_fenced(s);
}

enum err
store_target_finish(struct db *db, const struct job_claim *c,
    const char *profile_id, const struct target_result *r)
{
	struct stmt	*s = db_stmt(db, STMT_TARGET_FINISH);

	bind_claim(s, c);
	stmt_text(s, ":profile", profile_id);
	stmt_text(s, ":state", r->state);
	stmt_text(s, ":message", r->message);
	stmt_int(s, ":duration", r->duration_ms);
	stmt_text(s, ":release", r->kernel_release);
	stmt_text(s, ":failed_stage", r->failed_stage);
	stmt_text(s, ":code", r->code);
	stmt_text(s, ":reason", r->reason);
	stmt_text(s, ":error", r->error);
	stmt_text(s, ":report_path", r->report_path);
	bind_now(s);
	return run_fenced(s);
}

enum err
store_attempt_add(struct db *db, const struct job_claim *c,
    const char *profile_id, const struct target_attempt *a)
{
	struct stmt	*s = db_stmt(db, STMT_ATTEMPT_ADD);

	bind_claim(s, c);
	stmt_text(s, ":profile", profile_id);
	stmt_int(s, ":number", a->number);
	stmt_text(s, ":outcome", a->outcome);
	stmt_text(s, ":error_code", a->error_code);
	stmt_text(s, ":error", a->error);
	stmt_text(s, ":started", a->started_at);
	bind_now(s);
	return stmt_run(s, NULL);
}

void
attempt_rows_free(struct attempt_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(r[i].outcome);
		free(r[i].error_code);
		free(r[i].error);
		free(r[i].started_at);
		free(r[i].finished_at);
	}
	free(r);
}

enum err
store_attempts(struct db *db, const char *job_id, const char *profile_id,
    struct attempt_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_ATTEMPTS);
	struct attempt_row *rows = NULL, *r;
	size_t		 have = 0, room = 0;
	enum err	 e;
	int		 c;

	stmt_text(s, ":job", job_id);
	stmt_text(s, ":profile", profile_id);
	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
		r = &rows[have++];
		memset(r, 0, sizeof(*r));
		r->number = stmt_col_int(s, 0);
		c = 1;
		if (!DUP(s, &c, &r->outcome, &r->error_code, &r->error,
		    &r->started_at, &r->finished_at)) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		attempt_rows_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_job_complete(struct db *db, const struct job_claim *c,
    const struct run *run, const char *message, history_make_fn make,
    void *arg)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_JOB_COMPLETE);
	bind_claim(s, c);
	stmt_text(s, ":message", message);
	stmt_int(s, ":exit_code", run->exit_code);
	bind_now(s);
	if ((e = run_fenced(s)) == ERR_OK)
		e = store_run_add(db, run);
	if (e == ERR_OK && make != NULL)
		e = store_history_append(db, HISTORY_CHAIN_SERVER, make, arg);
	return db_end(db, e);
}

enum err
store_job_end(struct db *db, const struct job_claim *c, const char *state,
    const char *error_code, const char *error)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_JOB_END);
	bind_claim(s, c);
	stmt_text(s, ":state", state);
	stmt_text(s, ":message", error == NULL ? "" : error);
	stmt_text(s, ":error_code", error_code);
	stmt_text(s, ":error", error);
	bind_now(s);
	if ((e = run_fenced(s)) == ERR_OK) {
		s = db_stmt(db, STMT_JOB_END_TARGETS);
		stmt_text(s, ":id", c->id);
		bind_now(s);
		e = stmt_run(s, NULL);
	}
	return db_end(db, e);
}

enum err
store_job_release(struct db *db, const struct job_claim *c,
    const char *message)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_JOB_RELEASE);
	bind_claim(s, c);
	stmt_text(s, ":message", message);
	bind_now(s);
	if ((e = run_fenced(s)) == ERR_OK)
		e = reset_targets(db, c->id);
	return db_end(db, e);
}
