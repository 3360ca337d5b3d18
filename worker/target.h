/*
 * One target of a job in hand: attempts on fresh VMs until there is a verdict
 * or the retries are used up.  The evidence of an earlier attempt is kept as
 * targets/<profile>.attempt-N; the last one is targets/<profile>.
 */
#ifndef WORKER_TARGET_H
#define WORKER_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "domain/kernel.h"
#include "domain/report.h"
#include "store/store_job.h"
#include "worker/runner.h"

struct	work;

struct	target {
	struct work	*work;
	size_t		 index;
	char		*profile_id;	/* owned */
	bool		 required;
	int64_t		 timeout_ms;
	enum report_status status;	/* once it is done */
	char		*report_path;	/* below the workdir, once done */
	/* the attempt that runs */
	struct runner	*runner;
	int64_t		 attempt;	/* from the database */
	struct kernel	 kernel;
	char		 dir[PATH_MAX];
	bool		 kernel_known;
	int64_t		 started_ms;	/* wall clock, of this attempt */
	char		 stage[16];
	int64_t		 told_at;	/* last progress written, monotonic */
	char		 untold[256];	/* newer progress, "" if none */
};

/* Takes over what the row says about a target that ended before. */
enum err	 target_init(struct target *, struct work *, size_t index,
		    const struct job_target *row);
void		 target_clear(struct target *);
/* Begins an attempt; ends the target at once when that is not possible. */
void		 target_start(struct target *, int64_t now);
/* Writes progress that came too soon after the last one. */
void		 target_tick(struct target *, int64_t now);
/* When target_tick() wants to be called; -1: never. */
int64_t		 target_deadline(const struct target *);
/* The runner has ended: retry, or record the verdict. */
void		 target_ended(struct target *, const struct runner_end *,
		    int64_t now);

#endif /* !WORKER_TARGET_H */
