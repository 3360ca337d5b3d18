/*
 * Workers and their heartbeats.  A holder names one worker process for ever:
 * "host:boot id:pid:start time".
 */
#ifndef STORE_WORKER_H
#define STORE_WORKER_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct	worker_row {
	const char	*holder;
	int64_t		 pid;
	const char	*host;
	const char	*boot_id;
	int64_t		 slots;
	const char	*accel;		/* "" until it is known */
	const char	*state;		/* active, draining, gone */
};

/* First call and every heartbeat. */
enum err	 store_worker_put(struct db *, const struct worker_row *);
/* One that served its own jobs only and is done leaves no row. */
enum err	 store_worker_drop(struct db *, const char *holder);
/* Active workers seen within the last "ms". */
enum err	 store_workers_alive(struct db *, int64_t ms, int64_t *n);
/*
 * At start: workers of this host that are dead (another boot, or no such
 * process any more as "pid_alive" tells) are marked gone and their leases
 * end now, so nobody waits for them to run out.
 */
enum err	 store_workers_reap(struct db *, const struct worker_row *self,
		    int (*pid_alive)(int64_t pid, const char *holder));

#endif /* !STORE_WORKER_H */
