/*
 * What a worker does besides its jobs, in VM slots that nobody needs: saving
 * guests ahead of the targets that will start from them, and the self-check,
 * which judges an object a second time in a guest booted anew and compares
 * it with what a clone said.  One at a time; a target that waits for the slot
 * gets it.
 */
#ifndef WORKER_SIDE_H
#define WORKER_SIDE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct engine;
struct side;

/*
 * "idle": a worker that stays: the kernels of the default matrix are warmed
 * when there is nothing to do, and verdicts are checked.  One that works off
 * a single job only warms that job's.
 */
enum err	 side_new(struct engine *, bool idle, struct side **);
void		 side_free(struct side *);

/* Targets of this profile will come; an unknown one is nobody's. */
void		 side_want(struct side *, const char *profile_id);

/* A verdict that a clone gave; texts are copied. */
struct	side_sample {
	const char	*profile_id;
	const char	*run_id;
	const char	*attach_mode;
	const char	*target_dir;	/* the clone's result is in it */
	const char	*artifact;
	int64_t		 timeout_ms;
};

/* Takes the first of each profile and then each so-manieth; NULL is fine. */
void		 side_sample(struct side *, const struct side_sample *);

/* Begins the next thing to do, if nothing runs; takes one slot. */
void		 side_start(struct side *, int64_t now);
size_t		 side_running(const struct side *);
/* A target needs the slot; what was begun is done later. */
void		 side_yield(struct side *, int64_t now);

size_t		 side_pollfds(const struct side *, struct pollfd *, size_t max);
void		 side_ready(struct side *, const struct pollfd *, size_t n);
void		 side_tick(struct side *, int64_t now);
/* When side_tick() wants to be called; -1: never. */
int64_t		 side_deadline(const struct side *);

#endif /* !WORKER_SIDE_H */
