/*
 * The registry's side that needs a signature: works off what the API has
 * asked for (store_registry.h), one transaction a request, in the order they
 * came.  Everything that decides is read and checked here again; the API's
 * word counts for who asked and what was uploaded, not for what it is.
 */
#ifndef WORKER_REGISTRY_WORK_H
#define WORKER_REGISTRY_WORK_H

#include <stdint.h>

#include "worker/engine.h"

/*
 * Called when the database has changed.  Returns the time (monotonic ms) to
 * be called again at the latest, -1: when it changes.
 */
int64_t	 registry_work(struct engine *, int64_t now);

#endif /* !WORKER_REGISTRY_WORK_H */
