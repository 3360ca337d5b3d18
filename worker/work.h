/*
 * One claimed job in hand: its targets, their attempts, and its end.
 *
 * Everything that is written down carries the claim.  When a write says that
 * the lease is gone (ERR_LEASE) the runners are killed and what they would
 * have found is thrown away: somebody else owns the job now.
 *
 * A target is recorded the moment it ends, so a worker that dies costs only
 * the targets that were running.
 */
#ifndef WORKER_WORK_H
#define WORKER_WORK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store_job.h"
#include "worker/engine.h"
#include "worker/inputs.h"
#include "worker/preparing.h"
#include "worker/runner.h"
#include "worker/sched.h"

struct	target;

enum	work_state {
	WORK_PREPARING,	/* a source is compiled, the object looked into */
	WORK_RUNNING,
	WORK_FINISHING,	/* all targets ended; the report is not written yet */
	WORK_OVER	/* nothing is left to do; free it */
};

struct	work {
	struct engine		*engine;
	struct job_claim	 claim;
	struct job		 job;		/* as it was when claimed */
	struct sched_job	 sched;
	struct target		*targets;	/* sched.ntargets of them */
	char			 run_dir[PATH_MAX];
	char			 run_rel[64];	/* runs/<run id> */
	char			 artifact[PATH_MAX];
	struct inputs		 inputs;	/* what came with it */
	struct prepared		 prepared;
	struct preparing	*preparing;	/* the child, or NULL */
	enum work_state		 state;
	bool			 canceling;
	bool			 draining;	/* hand back what is left */
	int64_t			 renew_at;	/* monotonic */
	int64_t			 finish_at;	/* next try to write the report */
	int64_t			 finish_wait;	/* back-off of those tries */
};

/*
 * Claims a job ("only": that one; NULL: any).  ERR_NOTFOUND when there is
 * none.  A claimed job that cannot be begun (damaged artifact) is ended as
 * failed here and comes back in state WORK_OVER.
 */
enum err	 work_claim(struct engine *, const char *only, struct work **);
/* Kills what runs; does not touch the database. */
void		 work_free(struct work *);

/* Begins an attempt of target "i" (it takes one VM slot). */
void		 work_start(struct work *, size_t i, int64_t now);
size_t		 work_running(const struct work *);
/* Descriptors of all runners: fills up to "max", returns how many. */
size_t		 work_pollfds(const struct work *, struct pollfd *,
		    size_t max);
/* Takes in the events for them, in the same order. */
void		 work_ready(struct work *, const struct pollfd *, size_t n,
		    int64_t now);
/* Deadlines, renewal, retry of the report. */
void		 work_tick(struct work *, int64_t now);
/* When work_tick() wants to be called; -1: never. */
int64_t		 work_deadline(const struct work *);
/* Reads whether cancellation was asked for, and obeys. */
void		 work_check(struct work *, int64_t now);
/* Stops the runners and hands the job back to the queue. */
void		 work_hand_back(struct work *, int64_t now);

/* --- for target.c and finish.c ------------------------------------------*/

/* The lease is gone: stop everything, write nothing. */
void		 work_lost(struct work *);
/*
 * Looks at the result of a write: ERR_LEASE loses the job; other errors are
 * logged and give the job up too (its lease runs out and it starts anew from
 * what is recorded).  True when it went well.
 */
bool		 work_wrote(struct work *, enum err, const char *what);

#endif /* !WORKER_WORK_H */
