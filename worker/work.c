#include "worker/work.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "store/object.h"
#include "worker/finish.h"
#include "worker/target.h"

/* First pause before the report is tried again (full disk); doubles. */
#define FINISH_RETRY_MS		1000
#define FINISH_RETRY_MAX_MS	60000
/* The share of "percent" that the targets have, as clients know it. */
#define PERCENT_PREPARE		15
#define PERCENT_BEFORE		45
#define PERCENT_TARGETS		45

static void
log_work(enum log_level level, const char *event, const struct work *w,
    const char *text)
{
	log_event(level, event, LOG_S("job_id", w->claim.id),
	    LOG_S("run_id", w->job.run_id),
	    LOG_I("job_attempt", w->claim.attempt), LOG_S("text", text));
}

/* --- the beginning ---------------------------------------------------------*/

/* Half-written files of a worker that died. */
static void
sweep(const char *dir)
{
	struct dirent	*e;
	char		 path[PATH_MAX];
	DIR		*d = opendir(dir);

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (strstr(e->d_name, ".tmp-") != NULL &&
		    path_join(path, sizeof(path), dir, e->d_name, NULL) ==
		    ERR_OK)
			unlink(path);
	closedir(d);
}

/* Not in the run folder yet: the object itself, under its own name. */
static void
link_input(const struct work *w)
{
	char	 dir[PATH_MAX], path[PATH_MAX];

	if (!path_name_ok(w->job.basename) ||
	    path_join(dir, sizeof(dir), w->run_dir, "input", NULL) !=
	    ERR_OK || fsio_mkdirs(dir, NULL) != ERR_OK ||
	    path_join(path, sizeof(path), dir, w->job.basename, NULL) !=
	    ERR_OK || fsio_exists(path))
		return;
	/* For people; the run itself uses the stored object. */
	if (link(w->artifact, path) == -1)
		(void)fsio_copy(w->artifact, path, FSIO_FILE_MODE, NULL);
}

/* The artifact must still be what the job was queued with. */
static enum err
check_artifact(struct work *w, struct diag *d)
{
	char	 sha[SHA256_HEX_SIZE];
	enum err e;

	e = object_path(w->engine->workdir, w->job.sha256, w->artifact,
	    sizeof(w->artifact));
	if (e == ERR_OK)
		e = sha256_file(w->artifact, sha);
	if (e != ERR_OK)
		return diag_set(d, e, NULL, "the stored artifact cannot be "
		    "read (%s); upload it again", err_text(e));
	if (strcmp(sha, w->job.sha256) != 0)
		return diag_set(d, ERR_CORRUPT, NULL, "the stored artifact "
		    "does not have its digest any more; check the disk, then "
		    "upload it again");
	return ERR_OK;
}

static enum err
load_targets(struct work *w)
{
	struct job_target	*rows;
	size_t			 n;
	enum err		 e;

	e = store_job_targets(w->engine->db, w->claim.id, &rows, &n);
	if (e != ERR_OK)
		return e;
	w->targets = calloc(n, sizeof(*w->targets));
	w->sched.targets = calloc(n, sizeof(*w->sched.targets));
	if (w->targets == NULL || w->sched.targets == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		w->sched.ntargets = i + 1;
		e = target_init(&w->targets[i], w, i, &rows[i]);
	}
	job_targets_free(rows, n);
	return e;
}

static enum err
make_run_dir(struct work *w, struct diag *d)
{
	enum err	 e;

	snprintf(w->run_rel, sizeof(w->run_rel), "runs/%s", w->job.run_id);
	if ((e = path_join(w->run_dir, sizeof(w->run_dir),
	    w->engine->workdir, w->run_rel, NULL)) != ERR_OK ||
	    (e = fsio_mkdirs(w->run_dir, d)) != ERR_OK)
		return e;
	sweep(w->run_dir);
	return ERR_OK;
}

/* The targets may start. */
static void
open_targets(struct work *w)
{
	w->state = WORK_RUNNING;
	w->sched.closed = w->canceling;
	work_wrote(w, store_job_progress(w->engine->db, &w->claim,
	    "validate_targets", "Targets are being scheduled",
	    PERCENT_BEFORE), "job progress");
}

/* The job cannot be carried out, and trying again would not change it. */
static void
give_up(struct work *w, const char *code, const struct diag *d)
{
	log_work(LOG_ERROR, "job.failed", w, diag_text(d));
	if (work_wrote(w, store_job_end(w->engine->db, &w->claim, "failed",
	    code, diag_text(d)), "job end"))
		w->state = WORK_OVER;
}

static void
end_preparing(struct work *w)
{
	struct diag	 d = DIAG_INIT;
	const char	*code = "internal";

	preparing_free(w->preparing);
	w->preparing = NULL;
	if (w->canceling || w->draining)
		w->state = WORK_RUNNING;
	else if (prepared_read(w, &code, &d) == ERR_OK)
		open_targets(w);
	else
		give_up(w, code, &d);
}

static enum err
begin_preparing(struct work *w, struct diag *d)
{
	bool		 source = w->inputs.source_name != NULL;
	enum err	 e;

	w->state = WORK_PREPARING;
	w->sched.closed = true;
	if (preparing_start(w, &w->preparing, d) != ERR_OK) {
		give_up(w, "compile_unavailable", d);
		return ERR_OK;
	}
	if ((e = store_job_progress(w->engine->db, &w->claim, source ?
	    "prepare_run" : "inspect_artifact", source ?
	    "The source is being compiled" :
	    "The object is being looked into", PERCENT_PREPARE)) == ERR_OK &&
	    w->preparing == NULL)
		end_preparing(w);
	return e;
}

/* Everything between the claim and the first target. */
static enum err
prepare(struct work *w, struct diag *d)
{
	const struct conf	*c = w->engine->conf;
	enum err		 e;

	e = store_job_get(w->engine->db, w->claim.id, &w->job);
	if (e != ERR_OK || (e = load_targets(w)) != ERR_OK)
		return e;
	w->sched.seq = w->job.seq;
	w->sched.limit = (size_t)w->job.concurrency;
	w->renew_at = time_mono_ms() + c->lease / 3;
	if (w->job.cancel_requested)
		w->canceling = w->sched.closed = true;
	if ((e = check_artifact(w, d)) != ERR_OK ||
	    (e = make_run_dir(w, d)) != ERR_OK ||
	    (e = inputs_load(w, &w->inputs, d)) != ERR_OK)
		return e;
	link_input(w);
	return begin_preparing(w, d);
}

enum err
work_claim(struct engine *g, const char *only, struct work **out)
{
	struct work	*w = calloc(1, sizeof(*w));
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	if (w == NULL)
		return ERR_NOMEM;
	w->engine = g;
	e = store_job_claim(g->db, g->self.holder, g->conf->lease, only,
	    &w->claim);
	if (e != ERR_OK) {
		work_free(w);
		return e;
	}
	e = prepare(w, &d);
	log_work(LOG_INFO, "job.claimed", w, NULL);
	/* What was given will not change by trying again; the rest may. */
	if (e == ERR_CORRUPT || e == ERR_NOTFOUND || e == ERR_INVAL) {
		log_work(LOG_ERROR, "job.failed", w, diag_text(&d));
		work_wrote(w, store_job_end(g->db, &w->claim, "failed",
		    e == ERR_INVAL ? "manifest_invalid" : "artifact_damaged",
		    diag_text(&d)), "job end");
		w->state = WORK_OVER;
	} else if (e != ERR_OK && e != ERR_LEASE) {
		log_work(LOG_ERROR, "job.not_started", w,
		    d.msg[0] != '\0' ? diag_text(&d) : err_text(e));
		(void)store_job_release(g->db, &w->claim,
		    d.msg[0] != '\0' ? diag_text(&d) : err_text(e));
		work_free(w);
		return e;
	} else if (e == ERR_LEASE)
		w->state = WORK_OVER;
	*out = w;
	return ERR_OK;
}

void
work_free(struct work *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->sched.ntargets; i++)
		target_clear(&w->targets[i]);
	free(w->targets);
	free(w->sched.targets);
	preparing_free(w->preparing);
	prepared_clear(&w->prepared);
	inputs_clear(&w->inputs);
	job_clear(&w->job);
	free(w);
}

/* --- writes that may say the job is not ours -------------------------------*/

void
work_lost(struct work *w)
{
	w->state = WORK_OVER;
	w->sched.closed = true;
	for (size_t i = 0; i < w->sched.ntargets; i++)
		if (w->targets[i].runner != NULL)
			runner_stop(w->targets[i].runner, time_mono_ms());
}

bool
work_wrote(struct work *w, enum err e, const char *what)
{
	if (e == ERR_OK)
		return true;
	if (w->state == WORK_OVER)
		return false;
	if (e == ERR_LEASE)
		log_work(LOG_WARN, "job.lease_lost", w, what);
	else
		log_event(LOG_ERROR, "job.write_failed",
		    LOG_S("job_id", w->claim.id), LOG_S("what", what),
		    LOG_S("error", err_text(e)),
		    LOG_S("sqlite", db_errmsg(w->engine->db)));
	work_lost(w);
	return false;
}

/* --- while it runs -----------------------------------------------------------*/

size_t
work_running(const struct work *w)
{
	size_t	 n = 0;

	for (size_t i = 0; i < w->sched.ntargets; i++)
		if (w->targets[i].runner != NULL)
			n++;
	return n;
}

static void
tell_progress(struct work *w, const struct target *t)
{
	size_t	 done = sched_count(&w->sched, SCHED_DONE);
	char	 text[256];

	snprintf(text, sizeof(text), "Completed profile %s (%zu/%zu)",
	    t->profile_id, done, w->sched.ntargets);
	work_wrote(w, store_job_progress(w->engine->db, &w->claim,
	    "validate_targets", text, PERCENT_BEFORE +
	    (int)(PERCENT_TARGETS * done / w->sched.ntargets)),
	    "job progress");
}

void
work_start(struct work *w, size_t i, int64_t now)
{
	target_start(&w->targets[i], now);
	if (w->sched.targets[i].state == SCHED_DONE && w->state != WORK_OVER)
		tell_progress(w, &w->targets[i]);
}

size_t
work_pollfds(const struct work *w, struct pollfd *p, size_t max)
{
	size_t	 n = 0;

	for (size_t i = 0; i < w->sched.ntargets; i++)
		if (w->targets[i].runner != NULL && n + RUNNER_NFDS <= max) {
			runner_pollfds(w->targets[i].runner, p + n);
			n += RUNNER_NFDS;
		}
	if (w->preparing != NULL && n < max)
		p[n++] = (struct pollfd){ preparing_fd(w->preparing), POLLIN,
		    0 };
	return n;
}

static void
reap(struct work *w, struct target *t, int64_t now)
{
	struct runner_end	 end;

	if (t->runner == NULL || !runner_ended(t->runner, &end))
		return;
	if (w->state == WORK_OVER) {
		/* Lost: what it found is thrown away. */
		runner_free(t->runner);
		t->runner = NULL;
		return;
	}
	target_ended(t, &end, now);
	if (w->sched.targets[t->index].state == SCHED_DONE &&
	    w->state != WORK_OVER)
		tell_progress(w, t);
}

void
work_ready(struct work *w, const struct pollfd *p, size_t n, int64_t now)
{
	size_t	 at = 0;

	for (size_t i = 0; i < w->sched.ntargets && at < n; i++) {
		struct target	*t = &w->targets[i];

		if (t->runner == NULL)
			continue;
		runner_ready(t->runner, p + at);
		at += RUNNER_NFDS;
		reap(w, t, now);
	}
}

static void
stop_runners(struct work *w, int64_t now)
{
	w->sched.closed = true;
	for (size_t i = 0; i < w->sched.ntargets; i++)
		if (w->targets[i].runner != NULL)
			runner_stop(w->targets[i].runner, now);
}

static void
cancel(struct work *w, int64_t now)
{
	if (w->canceling || w->state == WORK_OVER)
		return;
	log_work(LOG_INFO, "job.canceling", w, NULL);
	w->canceling = true;
	stop_runners(w, now);
}

void
work_check(struct work *w, int64_t now)
{
	struct job	 j;

	if (w->state == WORK_OVER ||
	    store_job_get(w->engine->db, w->claim.id, &j) != ERR_OK)
		return;
	if (strcmp(j.holder, w->claim.holder) != 0 ||
	    j.attempt != w->claim.attempt)
		(void)work_wrote(w, ERR_LEASE, "look at the job");
	else if (j.cancel_requested)
		cancel(w, now);
	job_clear(&j);
}

void
work_hand_back(struct work *w, int64_t now)
{
	if (w->state == WORK_OVER)
		return;
	w->draining = true;
	stop_runners(w, now);
}

static void
renew(struct work *w, int64_t now)
{
	bool	 asked = false;

	w->renew_at = now + w->engine->conf->lease / 3;
	if (work_wrote(w, store_job_renew(w->engine->db, &w->claim,
	    w->engine->conf->lease, &asked), "lease") && asked)
		cancel(w, now);
}

static void
try_finish(struct work *w, int64_t now)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e = finish_write(w, &d);

	if (e == ERR_OK) {
		log_work(LOG_INFO, "job.completed", w, NULL);
		w->state = WORK_OVER;
		return;
	}
	if (e == ERR_LEASE) {
		(void)work_wrote(w, e, "report");
		return;
	}
	/* The verdicts are safe; the report waits for room on the disk. */
	log_work(LOG_ERROR, "job.report_not_written", w,
	    d.msg[0] != '\0' ? diag_text(&d) : err_text(e));
	w->finish_wait = w->finish_wait == 0 ? FINISH_RETRY_MS :
	    w->finish_wait * 2;
	if (w->finish_wait > FINISH_RETRY_MAX_MS)
		w->finish_wait = FINISH_RETRY_MAX_MS;
	w->finish_at = now + w->finish_wait;
}

/* No runner is left of a job that was canceled or is handed back. */
static void
close_job(struct work *w)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	/* A job is canceled whether its report can be written or not. */
	if (w->canceling && (e = finish_canceled(w, &d)) != ERR_OK &&
	    e != ERR_LEASE)
		log_work(LOG_WARN, "job.report_not_written", w,
		    d.msg[0] != '\0' ? diag_text(&d) : err_text(e));
	if (w->canceling)
		e = store_job_end(w->engine->db, &w->claim, "canceled",
		    "canceled", "Canceled on request");
	else
		e = store_job_release(w->engine->db, &w->claim,
		    "Handed back by a worker that is shutting down");
	if (work_wrote(w, e, "job end"))
		log_work(LOG_INFO, w->canceling ? "job.canceled" :
		    "job.handed_back", w, NULL);
	w->state = WORK_OVER;
}

static bool
all_done(const struct work *w)
{
	return sched_count(&w->sched, SCHED_DONE) == w->sched.ntargets;
}

void
work_tick(struct work *w, int64_t now)
{
	for (size_t i = 0; i < w->sched.ntargets; i++) {
		struct target	*t = &w->targets[i];

		if (t->runner == NULL)
			continue;
		runner_tick(t->runner, now);
		if (w->state != WORK_OVER)
			target_tick(t, now);
		reap(w, t, now);
	}
	if (w->state == WORK_OVER)
		return;
	if (now >= w->renew_at)
		renew(w, now);
	if (w->preparing != NULL && w->state == WORK_PREPARING &&
	    (w->canceling || w->draining ||
	    preparing_ended(w->preparing, now)))
		end_preparing(w);
	if (w->state == WORK_OVER || w->state == WORK_PREPARING || work_running(w) > 0)
		return;
	if (all_done(w) && !w->canceling) {
		w->state = WORK_FINISHING;
		if (now >= w->finish_at)
			try_finish(w, now);
		if (w->state == WORK_FINISHING && w->draining)
			close_job(w);
	} else if (w->canceling || w->draining)
		close_job(w);
}

static void
sooner(int64_t *at, int64_t other)
{
	if (other != -1 && (*at == -1 || other < *at))
		*at = other;
}

int64_t
work_deadline(const struct work *w)
{
	int64_t	 at = -1;

	for (size_t i = 0; i < w->sched.ntargets; i++) {
		if (w->targets[i].runner == NULL)
			continue;
		sooner(&at, runner_deadline(w->targets[i].runner));
		if (w->state != WORK_OVER)
			sooner(&at, target_deadline(&w->targets[i]));
	}
	if (w->state == WORK_OVER)
		return at;
	sooner(&at, w->renew_at);
	if (w->preparing != NULL)
		sooner(&at, preparing_deadline(w->preparing));
	if (w->state == WORK_FINISHING)
		sooner(&at, w->finish_at);
	/* Nothing to wait for: the end of the job is due. */
	if (work_running(w) == 0 && (w->canceling || w->draining ||
	    (all_done(w) && w->state == WORK_RUNNING)))
		at = 0;
	return at;
}
