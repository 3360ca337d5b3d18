/* A target's part of the report, from all that is known about it. */
#ifndef WORKER_EVIDENCE_H
#define WORKER_EVIDENCE_H

#include "store/store_job.h"
#include "worker/collect.h"
#include "worker/target.h"

struct	evidence {
	int64_t	 duration_ms;		/* first attempt to last */
	char	 uname_release[80];	/* "" when no guest told */
	char	 part_rel[PATH_MAX];	/* below the workdir */
};

/*
 * Writes targets/<profile>/report.<attempt>.json.  *ev is filled also after
 * an error, but for part_rel.
 */
enum err	 evidence_write(struct target *, const struct collected *,
		    const struct runner_end *, const struct attempt_row *,
		    size_t nrows, struct evidence *ev, struct diag *);
/* Keeps what the runner wrote on standard error, if it wrote anything. */
void		 evidence_stderr(struct target *);

#endif /* !WORKER_EVIDENCE_H */
