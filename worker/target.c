#include "worker/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "worker/collect.h"
#include "worker/declared.h"
#include "worker/environment.h"
#include "worker/evidence.h"
#include "worker/guest_spec.h"
#include "worker/side.h"
#include "worker/work.h"

/* Progress goes to the database at most so often per target. */
#define TELL_EVERY_MS	300
/* Pause before a fresh VM after trouble; doubles each time. */
#define RETRY_MS	500

static void
log_target(enum log_level level, const char *event, const struct target *t,
    const char *text)
{
	log_event(level, event, LOG_S("job_id", t->work->claim.id),
	    LOG_S("run_id", t->work->job.run_id),
	    LOG_S("profile_id", t->profile_id),
	    LOG_I("attempt", t->attempt), LOG_S("text", text));
}

enum err
target_init(struct target *t, struct work *w, size_t index,
    const struct job_target *row)
{
	struct sched_target	*s = &w->sched.targets[index];

	t->work = w;
	t->index = index;
	t->required = s->required = row->required;
	t->timeout_ms = row->timeout_ms;
	t->status = report_status_parse(row->state);
	s->state = t->status == REPORT__MAX ? SCHED_WAITING : SCHED_DONE;
	t->profile_id = strdup(row->profile_id);
	t->report_path = strdup(row->report_path);
	return t->profile_id == NULL || t->report_path == NULL ?
	    ERR_NOMEM : ERR_OK;
}

static void
end_attempt(struct target *t)
{
	runner_free(t->runner);
	t->runner = NULL;
	t->untold[0] = '\0';
	if (t->kernel_known)
		kernel_clear(&t->kernel);
	t->kernel_known = false;
}

void
target_clear(struct target *t)
{
	end_attempt(t);
	free(t->profile_id);
	free(t->report_path);
	t->profile_id = t->report_path = NULL;
}

/* --- what the runner says while it works --------------------------------- */

static void
tell(struct target *t, const char *message, bool now)
{
	struct work	*w = t->work;
	int64_t		 mono = time_mono_ms();

	if (!now && mono - t->told_at < TELL_EVERY_MS) {
		snprintf(t->untold, sizeof(t->untold), "%s", message);
		return;
	}
	t->untold[0] = '\0';
	t->told_at = mono;
	work_wrote(w, store_target_stage(w->engine->db, &w->claim,
	    t->profile_id, t->stage, message), "target stage");
}

void
target_tick(struct target *t, int64_t now)
{
	char	 text[sizeof(t->untold)];

	if (t->untold[0] == '\0' || now < t->told_at + TELL_EVERY_MS)
		return;
	memcpy(text, t->untold, sizeof(text));
	tell(t, text, true);
}

int64_t
target_deadline(const struct target *t)
{
	return t->untold[0] == '\0' ? -1 : t->told_at + TELL_EVERY_MS;
}

static void
on_stage(void *arg, const char *stage)
{
	struct target	*t = arg;

	/* It becomes a word in a table: no more than one. */
	snprintf(t->stage, sizeof(t->stage), "%.*s",
	    (int)strspn(stage, "abcdefghijklmnopqrstuvwxyz_"), stage);
	tell(t, "", true);
}

static void
on_progress(void *arg, const struct jval *step)
{
	struct target	*t = arg;
	const char	*program = jval_get_str(step, "program", "");
	int64_t		 n = jval_get_int(step, "index", 0);
	int64_t		 of = jval_get_int(step, "total", 0);
	char		 text[256];
	int		 len;

	len = snprintf(text, sizeof(text), "%.32s",
	    jval_get_str(step, "phase", ""));
	if (program[0] != '\0')
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    " %.128s", program);
	if (of > 0)
		snprintf(text + len, sizeof(text) - (size_t)len,
		    " (%lld/%lld)", (long long)n, (long long)of);
	tell(t, text, false);
}

static const struct runner_ops ops = { on_stage, on_progress };

/* --- the beginning of an attempt ------------------------------------------*/

/* An empty folder; what an earlier attempt left is moved aside. */
static enum err
make_dir(struct target *t, struct diag *d)
{
	char	 old[PATH_MAX];
	enum err e;

	if ((e = path_join(t->dir, sizeof(t->dir), t->work->run_dir,
	    "targets", t->profile_id, NULL)) != ERR_OK)
		return e;
	if (fsio_exists(t->dir)) {
		if (snprintf(old, sizeof(old), "%s.attempt-%lld", t->dir,
		    (long long)t->attempt - 1) >= (int)sizeof(old))
			return ERR_TOOBIG;
		if ((e = fsio_rmtree(old, d)) != ERR_OK)
			return e;
		if (rename(t->dir, old) == -1)
			return diag_errno(d, "cannot move %s aside", t->dir);
	}
	return fsio_mkdirs(t->dir, d);
}

static enum err
spawn(struct target *t, struct diag *d)
{
	const struct engine	*g = t->work->engine;
	const struct profile	*p;
	struct runner_spec	 s;
	struct buf		 cmdline = BUF_INIT(4096);
	enum err		 e;

	p = profile_set_find(&g->profiles, t->profile_id);
	if ((e = guest_spec(g->conf, g->cache_dir, p, &t->kernel, &s,
	    &cmdline)) != ERR_OK)
		goto out;
	s.run_id = t->work->job.run_id;
	s.job_id = t->work->claim.id;
	s.attempt = (int)t->attempt;
	s.target_dir = t->dir;
	s.artifact = prepared_object(t->work, p->arch);
	s.attach_mode = t->work->job.attach_mode;
	s.timeout_ms = t->timeout_ms;
	s.fresh_boot = t->work->job.fresh_boot || g->conf->vm_fresh_boot;
	s.plan = t->work->inputs.plan;
	s.command = t->work->inputs.has_command;
	s.files = t->work->inputs.files;
	s.nfiles = t->work->inputs.nfiles;
	e = runner_start(g->runner, &s, g->conf->runner_grace, &ops, t,
	    &t->runner, d);
out:
	buf_clear(&cmdline);
	return e;
}

/* The word for an attempt that could not even be begun. */
static const char *
begin(struct target *t, struct diag *d)
{
	const struct engine	*g = t->work->engine;
	const struct profile	*p;
	enum err		 e;

	if ((p = profile_set_find(&g->profiles, t->profile_id)) == NULL) {
		diag_set(d, ERR_NOTFOUND, NULL, "profile %s is not in the "
		    "catalogue any more; queue the job with other profiles",
		    t->profile_id);
		return "unsupported";
	}
	if ((e = kernel_find(g->conf, profile_kernel(p)->id, &t->kernel,
	    d)) != ERR_OK)
		return e == ERR_NOTFOUND ? "kernel_missing" :
		    "kernel_damaged";
	t->kernel_known = true;
	if ((e = make_dir(t, d)) != ERR_OK)
		return e == ERR_NOSPACE ? "no_space" : "internal";
	if ((e = spawn(t, d)) != ERR_OK)
		return e == ERR_NOTFOUND ? "runner_missing" : "internal";
	return NULL;
}

static void	 conclude(struct target *, struct collected *,
		    const struct runner_end *, int64_t);

void
target_start(struct target *t, int64_t now)
{
	struct work		*w = t->work;
	struct diag		 d = DIAG_INIT;
	struct runner_end	 end = { RUNNER_INFRA, "", "", NULL };
	struct collected	 c = { 0 };
	const char		*word;

	if (!work_wrote(w, store_target_start(w->engine->db, &w->claim,
	    t->profile_id, &t->attempt), "target start"))
		return;
	w->sched.targets[t->index].state = SCHED_RUNNING;
	t->started_ms = time_now_ms();
	t->told_at = 0;
	snprintf(t->stage, sizeof(t->stage), "prepare");
	if ((word = begin(t, &d)) == NULL) {
		log_target(LOG_INFO, "target.started", t, NULL);
		return;
	}
	collect_infra(&c, word, diag_text(&d), strcmp(word, "internal") == 0);
	conclude(t, &c, &end, now);
	collect_clear(&c);
}

/* --- the end of an attempt -------------------------------------------------*/

static void
wait_again(struct target *t, int64_t not_before)
{
	struct sched_target	*s = &t->work->sched.targets[t->index];

	s->state = SCHED_WAITING;
	s->not_before = not_before;
	end_attempt(t);
}

static bool
add_attempt(struct target *t, const struct collected *c,
    enum runner_outcome outcome)
{
	struct work		*w = t->work;
	struct target_attempt	 a = { 0 };
	char			 started[TIME_RFC3339_MS_SIZE];
	char			 error[sizeof(c->error)];

	time_rfc3339_ms(t->started_ms, started);
	engine_scrub(w->engine, c->error, error, sizeof(error));
	a.number = t->attempt;
	/* A document that does not add up is no "done". */
	if (outcome != RUNNER_CANCELED && c->status == REPORT_INFRA)
		outcome = RUNNER_INFRA;
	a.outcome = runner_outcome_name(outcome);
	a.error_code = outcome == RUNNER_DONE ? NULL : c->error_code;
	a.error = outcome == RUNNER_DONE ? NULL : error;
	a.started_at = started;
	return work_wrote(w, store_attempt_add(w->engine->db, &w->claim,
	    t->profile_id, &a), "attempt");
}

static bool
record(struct target *t, const struct collected *c,
    const struct evidence *ev)
{
	struct work		*w = t->work;
	struct target_result	 r = { 0 };
	char			 error[sizeof(c->error)];

	engine_scrub(w->engine, c->error, error, sizeof(error));
	r.state = report_status_name(c->status);
	r.message = c->expected.met && c->expected.fail ?
	    "failed as expected" : c->cls != NULL ? c->cls->code :
	    c->expected.unexpected_pass ? "passed unexpectedly" : "";
	r.duration_ms = ev->duration_ms;
	r.kernel_release = ev->uname_release[0] != '\0' ?
	    ev->uname_release : NULL;
	r.failed_stage = c->failed_stage;
	if (c->cls != NULL) {
		r.code = c->cls->code;
		r.reason = c->cls->reason;
	}
	if (c->status == REPORT_INFRA)
		r.error = error;
	r.report_path = ev->part_rel[0] != '\0' ? ev->part_rel : NULL;
	return work_wrote(w, store_target_finish(w->engine->db, &w->claim,
	    t->profile_id, &r), "target result");
}

static void
finish(struct target *t, struct collected *c, const struct runner_end *end,
    const struct attempt_row *rows, size_t nrows)
{
	struct evidence	 ev;
	struct diag	 d = DIAG_INIT;
	char		*path;

	/*
	 * Without its part on disk (full disk) the target still has its row;
	 * the report is then made from that.
	 */
	if (evidence_write(t, c, end, rows, nrows, &ev, &d) != ERR_OK) {
		log_target(LOG_ERROR, "target.part_not_written", t,
		    diag_text(&d));
		ev.part_rel[0] = '\0';
	}
	if (!record(t, c, &ev))
		return;
	if ((path = strdup(ev.part_rel)) != NULL) {
		free(t->report_path);
		t->report_path = path;
	}
	t->status = c->status;
	t->work->sched.targets[t->index].state = SCHED_DONE;
	log_event(LOG_INFO, "target.finished",
	    LOG_S("job_id", t->work->claim.id),
	    LOG_S("run_id", t->work->job.run_id),
	    LOG_S("profile_id", t->profile_id),
	    LOG_S("status", report_status_name(c->status)),
	    LOG_S("code", c->cls != NULL ? c->cls->code : NULL),
	    LOG_S("error", c->error[0] != '\0' ? c->error : NULL),
	    LOG_I("duration_ms", ev.duration_ms));
	end_attempt(t);
}

static size_t
count_infra(const struct attempt_row *rows, size_t n)
{
	size_t	 infra = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].outcome, "infra_error") == 0)
			infra++;
	return infra;
}

static void
conclude(struct target *t, struct collected *c, const struct runner_end *end,
    int64_t now)
{
	struct work		*w = t->work;
	struct attempt_row	*rows = NULL;
	size_t			 n = 0, infra;

	if (!add_attempt(t, c, end->outcome) ||
	    !work_wrote(w, store_attempts(w->engine->db, w->claim.id,
	    t->profile_id, &rows, &n), "attempts"))
		return;
	infra = count_infra(rows, n);
	if (end->outcome == RUNNER_CANCELED) {
		wait_again(t, 0);
	} else if (c->status == REPORT_INFRA && c->retry &&
	    infra <= (size_t)w->engine->conf->infra_retries) {
		log_target(LOG_WARN, "target.retry", t, c->error);
		snprintf(t->stage, sizeof(t->stage), "retry");
		tell(t, c->error_code, true);
		wait_again(t, now + (RETRY_MS << (infra < 8 ? infra : 8)));
	} else {
		finish(t, c, end, rows, n);
	}
	attempt_rows_free(rows, n);
}

/* Of the kernel that booted, or else that was to boot. */
static const char *
release_of(const struct target *t, const struct runner_end *end)
{
	const char	*release = jval_get_str(end->doc, "uname_release", "");

	if (release[0] != '\0' || !t->kernel_known)
		return release;
	return t->kernel.release;
}

/* A clone's verdict may be asked for again, of a guest booted anew. */
static void
sample(const struct target *t, const struct runner_end *end)
{
	const struct work	*w = t->work;
	const struct profile	*p = profile_set_find(&w->engine->profiles,
				    t->profile_id);

	/* A command may do something else the next time. */
	if (end->outcome == RUNNER_DONE && p != NULL &&
	    jval_get_bool(end->doc, "template", false) &&
	    w->inputs.plan[0] == '\0' && !w->inputs.has_command)
		side_sample(w->engine->side, &(struct side_sample){
		    t->profile_id, w->job.run_id, w->job.attach_mode, t->dir,
		    prepared_object(w, p->arch), t->timeout_ms });
}

void
target_ended(struct target *t, const struct runner_end *end, int64_t now)
{
	const struct profile	*p;
	struct collected	 c;

	p = profile_set_find(&t->work->engine->profiles, t->profile_id);
	collect(t->dir, prepared_object(t->work, p == NULL ? "" : p->arch),
	    end, &c);
	environment_check(p, &c);
	if (t->work->inputs.has_manifest)
		declared_judge(&t->work->inputs.manifest, t->profile_id,
		    release_of(t, end), &c);
	evidence_stderr(t);
	if (c.status != REPORT_INFRA)
		sample(t, end);
	conclude(t, &c, end, now);
	collect_clear(&c);
}
