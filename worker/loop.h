/*
 * The worker's loop: claims jobs, gives their targets VM slots, and obeys
 * what the database and the signals say.  One thread, one poll(2) over the
 * database watch, the signals and the runners; every wait is an event with a
 * deadline.
 *
 * The same loop serves bpfcompat-worker (all jobs), "bpfcompat test" (one
 * job) and "bpfcompat suite" (its cases); when another worker holds one of
 * those, the loop follows it to its end.
 */
#ifndef WORKER_LOOP_H
#define WORKER_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "worker/engine.h"

struct	loop_opts {
	/*
	 * These jobs: ends with the last of them, and works them off in this
	 * order, one job's targets before the next one's.  NULL: all jobs.
	 */
	const char *const *jobs;
	size_t		 njobs;
	/* Called after something may have changed; may be NULL. */
	void		(*observe)(void *arg);
	void		*arg;
	/*
	 * What SIGINT and SIGTERM mean for those jobs: cancel them, instead
	 * of handing them back.
	 */
	bool		 signal_cancels;
};

/*
 * Runs until SIGTERM (running targets get the drain time) or SIGINT (they
 * are handed back now) has been obeyed, or until the given jobs have ended.  A
 * second signal ends it at once.  ERR_CANCELED: ended by a signal.
 */
enum err	 loop_run(struct engine *, const struct loop_opts *,
		    struct diag *);

#endif /* !WORKER_LOOP_H */
