/*
 * Finished runs into a project of the registry by themselves, when the
 * configuration says which (BPFCOMPAT_API_AUTO_SYNC_REGISTRY).
 */
#ifndef WORKER_SYNC_WORK_H
#define WORKER_SYNC_WORK_H

#include <stdint.h>

#include "worker/engine.h"

/*
 * Offers the runs that ended since the last time, in their order; those from
 * before it was switched on are left alone.  Returns the time (monotonic ms)
 * to be called again at the latest, -1: when the database changes.
 */
int64_t	 sync_work(struct engine *, int64_t now);

#endif /* !WORKER_SYNC_WORK_H */
