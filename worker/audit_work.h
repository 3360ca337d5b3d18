/*
 * The worker's part of the audit: counters whose minute is over become
 * events, and the end of the stream is signed.
 */
#ifndef WORKER_AUDIT_WORK_H
#define WORKER_AUDIT_WORK_H

#include <stdint.h>

#include "worker/engine.h"

/* After a change the end is signed within this time, and no more often. */
#define AUDIT_SEAL_MS	1000

/*
 * Returns the time (monotonic ms) to be called again at the latest, -1: when
 * the database changes.
 */
int64_t	 audit_work(struct engine *, int64_t now);

#endif /* !WORKER_AUDIT_WORK_H */
