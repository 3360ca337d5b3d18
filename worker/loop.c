#include "worker/loop.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "store/store_job.h"
#include "store/store_worker.h"
#include "worker/audit_work.h"
#include "worker/publish.h"
#include "worker/registry_work.h"
#include "worker/sched.h"
#include "worker/side.h"
#include "worker/sync_work.h"
#include "worker/target.h"
#include "worker/work.h"

/* conf: at most 256 jobs and 256 slots. */
#define WORKS_MAX	256
#define SLOTS_MAX	256
#define NFDS_MAX	(2 + (SLOTS_MAX + 1) * RUNNER_NFDS)
/* After a change in the database we look at most so often. */
#define LOOK_EVERY_MS	50
/* Pause after a claim that failed for a reason of ours (disk, database). */
#define CLAIM_PAUSE_MS	5000
/* Another worker publishes; it takes milliseconds. */
#define PUBLISH_WAIT_MS	2000
/* One Ctrl-C may reach us twice, from the terminal and from a wrapper. */
#define REPEAT_MS	500

struct	loop {
	struct engine		*g;
	const struct loop_opts	*o;
	struct db_watch		*watch;
	int			 sigfd;
	struct work		*works[WORKS_MAX];
	size_t			 nworks;
	size_t			 max_works;
	struct side		*side;
	uint64_t		 turn;
	int64_t			 beat_at;	/* heartbeat, foreign leases */
	int64_t			 look_at;	/* -1: nothing has changed */
	int64_t			 claim_after;
	int64_t			 publish_after;
	int64_t			 registry_at;	/* -1: when something changes */
	int64_t			 sync_at;	/* -1: likewise */
	int64_t			 audit_at;	/* -1: likewise */
	int64_t			 drain_until;	/* -1: not draining */
	int64_t			 signaled_at;	/* -1: no signal yet */
	bool			 stop_now;
	bool			 over;		/* the given jobs have ended */
	bool			*ended;		/* which of them */
	struct pollfd		 fds[NFDS_MAX];
};

static void
heartbeat(struct loop *l, const char *state)
{
	const struct engine	*g = l->g;
	struct worker_row	 r = { g->self.holder, g->self.pid,
				    g->self.host, g->self.boot_id, g->slots,
				    g->conf->vm_accel, state };
	enum err		 e;

	/* It serves its own jobs, nobody counts on it; its row is for those
	   who find it dead and end its leases. */
	if (l->o->jobs != NULL)
		r.state = "draining";
	e = l->o->jobs != NULL && strcmp(state, "gone") == 0 ?
	    store_worker_drop(g->db, r.holder) : store_worker_put(g->db, &r);
	if (e != ERR_OK)
		log_event(LOG_WARN, "worker.heartbeat_failed",
		    LOG_S("error", err_text(e)),
		    LOG_S("sqlite", db_errmsg(g->db)));
}

/* Saves its guests while it is prepared, and ahead of its later targets. */
static void
warm(struct loop *l, const struct work *w)
{
	for (size_t i = 0; i < w->sched.ntargets && !w->job.fresh_boot; i++)
		if (w->sched.targets[i].state == SCHED_WAITING)
			side_want(l->side, w->targets[i].profile_id);
}

/* --- claiming --------------------------------------------------------------*/

static bool
in_hand(const struct loop *l, const char *id)
{
	for (size_t i = 0; i < l->nworks; i++)
		if (strcmp(l->works[i]->claim.id, id) == 0)
			return true;
	return false;
}

/* The next of our jobs that can be had, or any job. */
static enum err
claim_one(struct loop *l, struct work **w)
{
	const struct loop_opts	*o = l->o;
	enum err		 e = ERR_NOTFOUND;

	if (o->jobs == NULL)
		return work_claim(l->g, NULL, w);
	for (size_t i = 0; i < o->njobs && e == ERR_NOTFOUND; i++)
		if (!l->ended[i] && !in_hand(l, o->jobs[i]))
			e = work_claim(l->g, o->jobs[i], w);
	return e;
}

/*
 * "expired": look for jobs whose worker is gone too.  Their lease ends
 * without an event, so the heartbeat's turn looks.
 */
static void
claim(struct loop *l, bool expired, int64_t now)
{
	int64_t		 queued = 0, running = 0;
	struct work	*w;
	enum err	 e = ERR_OK;

	if (l->drain_until != -1 || now < l->claim_after)
		return;
	while (l->nworks < l->max_works) {
		/* A read first: claiming takes the write lock. */
		if (!expired && (store_queue_counts(l->g->db, &queued,
		    &running) != ERR_OK || queued == 0))
			return;
		e = claim_one(l, &w);
		if (e != ERR_OK)
			break;
		l->works[l->nworks++] = w;
		warm(l, w);
	}
	if (e == ERR_OK || e == ERR_NOTFOUND)
		return;
	l->claim_after = now + CLAIM_PAUSE_MS;
	log_event(LOG_ERROR, "worker.claim_failed",
	    LOG_S("error", err_text(e)),
	    LOG_S("sqlite", db_errmsg(l->g->db)));
}

/*
 * Fair between jobs of many people; jobs of one caller go in their order, so
 * that the first of them builds the templates side by side and the others
 * find them.
 */
static bool
pick(struct loop *l, struct sched_job *const *jobs, int64_t now, size_t *j,
    size_t *t)
{
	size_t	 first;

	if (l->o->jobs == NULL)
		return sched_pick(jobs, l->nworks, now, j, t);
	for (*j = 0; *j < l->nworks; (*j)++)
		if (sched_pick(jobs + *j, 1, now, &first, t))
			return true;
	return false;
}

static void
schedule(struct loop *l, int64_t now)
{
	struct sched_job	*jobs[WORKS_MAX];
	size_t			 used, j, t;

	for (;;) {
		used = 0;
		for (size_t i = 0; i < l->nworks; i++) {
			jobs[i] = &l->works[i]->sched;
			used += work_running(l->works[i]);
		}
		if (l->drain_until != -1)
			return;
		if (used >= (size_t)l->g->slots ||
		    !pick(l, jobs, now, &j, &t))
			break;
		if (used + side_running(l->side) >= (size_t)l->g->slots) {
			side_yield(l->side, now);
			return;
		}
		jobs[j]->served = ++l->turn;
		work_start(l->works[j], t, now);
	}
	if (used < (size_t)l->g->slots)
		side_start(l->side, now);
}

static void
drop_finished(struct loop *l)
{
	size_t	 kept = 0;
	bool	 dropped = false;

	for (size_t i = 0; i < l->nworks; i++) {
		if (l->works[i]->state == WORK_OVER &&
		    work_running(l->works[i]) == 0) {
			work_free(l->works[i]);
			dropped = true;
		} else
			l->works[kept++] = l->works[i];
	}
	l->nworks = kept;
	if (dropped) {
		/* A large report may have come and gone. */
		malloc_trim(0);
		l->look_at = 0;
	}
}

/* --- files ----------------------------------------------------------------*/

static void
noted(const char *file, const char *code, int64_t line, void *arg)
{
	(void)line;
	(void)arg;
	log_event(LOG_WARN, "publish.repaired", LOG_S("file", file),
	    LOG_S("code", code));
}

/* What cannot be published now is tried again, with the heartbeat at last. */
static void
publish_changes(struct loop *l)
{
	const struct publish_opts	 o = { l->g->db, l->g->workdir,
		PUBLISH_APPEND, noted, NULL, PUBLISH_WAIT_MS,
		l->g->conf->registry_audit_bytes,
		l->g->conf->registry_audit_files };
	struct publish_sum		 sum;
	struct diag			 d = DIAG_INIT;
	int64_t				 now = time_mono_ms();

	if (now < l->publish_after || publish(&o, &sum, &d) == ERR_OK)
		return;
	l->publish_after = now + CLAIM_PAUSE_MS;
	log_event(LOG_ERROR, "publish.failed", LOG_S("error", diag_text(&d)));
}

/* --- signals ----------------------------------------------------------------*/

static void
cancel_all(struct loop *l)
{
	for (size_t i = 0; i < l->o->njobs; i++)
		if (!l->ended[i])
			(void)store_job_cancel(l->g->db, l->o->jobs[i]);
}

/* SIGINT comes from somebody who waits: hand everything back at once. */
static void
begin_drain(struct loop *l, uint32_t sig, int64_t now)
{
	l->drain_until = sig == SIGINT ? now :
	    now + l->g->conf->drain_timeout;
	side_yield(l->side, now);
	heartbeat(l, "draining");
	log_event(LOG_INFO, "worker.draining",
	    LOG_I("jobs", (int64_t)l->nworks));
}

static void
on_signal(struct loop *l, int64_t now)
{
	struct signalfd_siginfo	 si;

	while (read(l->sigfd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (l->signaled_at != -1) {
			if (now >= l->signaled_at + REPEAT_MS)
				l->stop_now = true;
			continue;
		}
		l->signaled_at = now;
		if (l->o->jobs != NULL && l->o->signal_cancels)
			cancel_all(l);
		else
			begin_drain(l, si.ssi_signo, now);
		l->look_at = 0;
	}
}

static int
signal_fd(sigset_t *old, struct diag *d)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t	 set;
	int		 fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, old);
	/* A runner that dies early is an error code, not our death. */
	sigaction(SIGPIPE, &ignore, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		diag_errno(d, "cannot watch signals");
	return fd;
}

/* --- one turn -----------------------------------------------------------------*/

static void
sooner(int64_t *at, int64_t other)
{
	if (other != -1 && (*at == -1 || other < *at))
		*at = other;
}

/* Jobs that are not in our hands may have been ended by another worker. */
static void
follow(struct loop *l)
{
	const struct loop_opts	*o = l->o;
	struct job		 j;
	size_t			 left = 0;

	if (o->jobs == NULL)
		return;
	for (size_t i = 0; i < o->njobs; i++) {
		if (!l->ended[i] && !in_hand(l, o->jobs[i]) &&
		    store_job_get(l->g->db, o->jobs[i], &j) == ERR_OK) {
			l->ended[i] = strcmp(j.state, "queued") != 0 &&
			    strcmp(j.state, "running") != 0;
			job_clear(&j);
		}
		left += !l->ended[i];
	}
	l->over = left == 0;
}

/* Something changed in the database, by us or by others. */
static void
look(struct loop *l, int64_t now)
{
	l->look_at = -1;
	for (size_t i = 0; i < l->nworks; i++)
		work_check(l->works[i], now);
	claim(l, false, now);
	follow(l);
	l->registry_at = l->sync_at = now;
	sooner(&l->audit_at, now + AUDIT_SEAL_MS);
	publish_changes(l);
}

static void
beat(struct loop *l, int64_t now)
{
	l->beat_at = now + l->g->conf->lease / 3;
	heartbeat(l, l->drain_until == -1 ? "active" : "draining");
	claim(l, true, now);
	publish_changes(l);
}

static void
drain(struct loop *l, int64_t now)
{
	if (l->drain_until == -1)
		return;
	for (size_t i = 0; i < l->nworks; i++)
		if (work_running(l->works[i]) == 0 || now >= l->drain_until)
			work_hand_back(l->works[i], now);
	if (l->nworks == 0)
		l->over = true;
}

static int
poll_timeout(const struct loop *l, int64_t now)
{
	struct sched_job	*jobs[WORKS_MAX];
	int64_t			 at = l->beat_at, next;

	sooner(&at, l->look_at);
	sooner(&at, l->registry_at);
	sooner(&at, l->sync_at);
	sooner(&at, l->audit_at);
	if (l->drain_until != -1 && now < l->drain_until)
		sooner(&at, l->drain_until);
	for (size_t i = 0; i < l->nworks; i++) {
		sooner(&at, work_deadline(l->works[i]));
		jobs[i] = &l->works[i]->sched;
	}
	next = sched_next(jobs, l->nworks, now);
	sooner(&at, next);
	sooner(&at, side_deadline(l->side));
	return at <= now ? 0 : at - now > 60000 ? 60000 : (int)(at - now);
}

static enum err
wait_events(struct loop *l)
{
	size_t	 n = 2, from[WORKS_MAX], many[WORKS_MAX], side;
	int64_t	 now = time_mono_ms();

	l->fds[0] = (struct pollfd){ db_watch_fd(l->watch), POLLIN, 0 };
	l->fds[1] = (struct pollfd){ l->sigfd, POLLIN, 0 };
	for (size_t i = 0; i < l->nworks; i++) {
		from[i] = n;
		many[i] = work_pollfds(l->works[i], l->fds + n, NFDS_MAX - n);
		n += many[i];
	}
	side = side_pollfds(l->side, l->fds + n, NFDS_MAX - n);
	if (poll(l->fds, (nfds_t)(n + side), poll_timeout(l, now)) == -1)
		return errno == EINTR ? ERR_OK : err_from_errno(errno);
	now = time_mono_ms();
	if (l->fds[0].revents != 0 && db_watch_drain(l->watch) &&
	    l->look_at == -1)
		l->look_at = now + LOOK_EVERY_MS;
	if (l->fds[1].revents != 0)
		on_signal(l, now);
	for (size_t i = 0; i < l->nworks; i++)
		work_ready(l->works[i], l->fds + from[i], many[i], now);
	side_ready(l->side, l->fds + n, side);
	return ERR_OK;
}

static void
turn(struct loop *l)
{
	int64_t	 now = time_mono_ms();
	bool	 looked = l->look_at != -1 && now >= l->look_at;

	for (size_t i = 0; i < l->nworks; i++)
		work_tick(l->works[i], now);
	side_tick(l->side, now);
	if (looked)
		look(l, now);
	if (now >= l->beat_at)
		beat(l, now);
	if (l->sync_at != -1 && now >= l->sync_at)
		l->sync_at = l->o->jobs != NULL ? -1 : sync_work(l->g, now);
	if (l->registry_at != -1 && now >= l->registry_at)
		l->registry_at = l->o->jobs != NULL ? -1 :
		    registry_work(l->g, now);
	if (l->audit_at != -1 && now >= l->audit_at)
		l->audit_at = l->o->jobs != NULL ? -1 :
		    audit_work(l->g, now);
	drain(l, now);
	drop_finished(l);
	schedule(l, now);
	if (looked && l->o->observe != NULL)
		l->o->observe(l->o->arg);
}

static enum err
begin(struct loop *l, struct diag *d)
{
	const struct engine	*g = l->g;
	struct worker_row	 self = { .holder = g->self.holder,
				    .pid = g->self.pid,
				    .host = g->self.host,
				    .boot_id = g->self.boot_id };
	enum err		 e;

	if ((e = db_watch_new(g->db, &l->watch, d)) != ERR_OK ||
	    (e = side_new(l->g, l->o->jobs == NULL, &l->side)) != ERR_OK)
		return e;
	l->g->side = l->side;
	heartbeat(l, "active");
	e = store_workers_reap(g->db, &self, identity_alive);
	if (e != ERR_OK)
		return diag_set(d, e, NULL, "cannot look for dead workers: "
		    "%s", db_errmsg(g->db));
	log_event(LOG_INFO, "worker.started",
	    LOG_S("holder", g->self.holder), LOG_I("slots", g->slots),
	    LOG_I("jobs", (int64_t)l->max_works));
	return ERR_OK;
}

/* Of jobs in order so many that slots find work while others are prepared. */
static size_t
most_works(const struct loop *l)
{
	size_t	 n = (size_t)l->g->slots + 2;

	if (l->o->jobs == NULL)
		return (size_t)l->g->conf->max_active_jobs;
	n = n < l->o->njobs ? n : l->o->njobs;
	return n < WORKS_MAX ? n : WORKS_MAX;
}

enum err
loop_run(struct engine *g, const struct loop_opts *o, struct diag *d)
{
	struct loop	*l = calloc(1, sizeof(*l));
	sigset_t	 old;
	enum err	 e;

	if (l == NULL || (l->ended = calloc(o->njobs + 1, sizeof(bool))) ==
	    NULL) {
		free(l);
		return ERR_NOMEM;
	}
	l->g = g;
	l->o = o;
	l->drain_until = l->signaled_at = -1;
	l->max_works = most_works(l);
	l->sigfd = signal_fd(&old, d);
	e = l->sigfd == -1 ? d->code : begin(l, d);
	while (e == ERR_OK && !l->over && !l->stop_now) {
		turn(l);
		if (!l->over)
			e = wait_events(l);
	}
	for (size_t i = 0; i < l->nworks; i++)
		work_free(l->works[i]);
	heartbeat(l, "gone");
	publish_changes(l);
	if (e == ERR_OK && l->signaled_at != -1 && (l->stop_now || o->jobs == NULL ||
	    !o->signal_cancels))
		e = ERR_CANCELED;
	if (o->observe != NULL)
		o->observe(o->arg);
	g->side = NULL;
	side_free(l->side);
	db_watch_free(l->watch);
	if (l->sigfd != -1)
		close(l->sigfd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(l->ended);
	free(l);
	return e;
}
