/*
 * Which target runs next: pure logic over what the loop knows, so that
 * fairness can be tested without a VM or a clock.
 *
 * Between jobs: the one with the fewest running targets, then the one that
 * was served longest ago, then the oldest; so a huge job cannot starve a
 * small one, and equal jobs go first in, first out.  Within a job: required
 * targets first, then matrix order.  A target that waits for its back-off
 * to pass is skipped.
 */
#ifndef WORKER_SCHED_H
#define WORKER_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum	sched_state { SCHED_WAITING, SCHED_RUNNING, SCHED_DONE };

struct	sched_target {
	enum sched_state state;
	bool		 required;
	int64_t		 not_before;	/* same clock as "now"; 0: at once */
};

struct	sched_job {
	int64_t		 seq;		/* order of arrival */
	size_t		 limit;		/* targets at the same time */
	uint64_t	 served;	/* turn in which it was served last */
	bool		 closed;	/* canceled, lost: start nothing */
	struct sched_target *targets;
	size_t		 ntargets;
};

/*
 * Picks a job and a target of it; false when nothing can start now.  The
 * caller marks the target as running and stores its turn in "served".
 */
bool	 sched_pick(struct sched_job *const *, size_t njobs, int64_t now,
	    size_t *job, size_t *target);
/* When the next waiting target becomes ready; -1: none waits for time. */
int64_t	 sched_next(struct sched_job *const *, size_t njobs, int64_t now);
size_t	 sched_count(const struct sched_job *, enum sched_state);

#endif /* !WORKER_SCHED_H */
