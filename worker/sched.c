#include "worker/sched.h"

size_t
sched_count(const struct sched_job *j, enum sched_state state)
{
	size_t	 n = 0;

	for (size_t i = 0; i < j->ntargets; i++)
		if (j->targets[i].state == state)
			n++;
	return n;
}

/* The target of this job that would run; ntargets when there is none. */
static size_t
next_target(const struct sched_job *j, int64_t now)
{
	size_t	 best = j->ntargets;

	for (size_t i = 0; i < j->ntargets; i++) {
		const struct sched_target	*t = &j->targets[i];

		if (t->state != SCHED_WAITING || t->not_before > now)
			continue;
		if (t->required)
			return i;
		if (best == j->ntargets)
			best = i;
	}
	return best;
}

static bool
goes_before(const struct sched_job *a, size_t a_running,
    const struct sched_job *b, size_t b_running)
{
	if (a_running != b_running)
		return a_running < b_running;
	if (a->served != b->served)
		return a->served < b->served;
	return a->seq < b->seq;
}

bool
sched_pick(struct sched_job *const *jobs, size_t njobs, int64_t now,
    size_t *job, size_t *target)
{
	size_t	 best = njobs, best_running = 0, running, t;

	for (size_t i = 0; i < njobs; i++) {
		if (jobs[i]->closed)
			continue;
		running = sched_count(jobs[i], SCHED_RUNNING);
		if (running >= jobs[i]->limit)
			continue;
		t = next_target(jobs[i], now);
		if (t == jobs[i]->ntargets)
			continue;
		if (best != njobs && !goes_before(jobs[i], running,
		    jobs[best], best_running))
			continue;
		best = i;
		best_running = running;
		*target = t;
	}
	if (best == njobs)
		return false;
	*job = best;
	return true;
}

int64_t
sched_next(struct sched_job *const *jobs, size_t njobs, int64_t now)
{
	int64_t	 next = -1;

	for (size_t i = 0; i < njobs; i++) {
		if (jobs[i]->closed)
			continue;
		for (size_t k = 0; k < jobs[i]->ntargets; k++) {
			const struct sched_target *t = &jobs[i]->targets[k];

			if (t->state == SCHED_WAITING && t->not_before > now &&
			    (next == -1 || t->not_before < next))
				next = t->not_before;
		}
	}
	return next;
}
