/*
 * Who a worker is: a name that no other process will ever have, so that a
 * lease can be traced to a process that lives or not.
 */
#ifndef WORKER_IDENTITY_H
#define WORKER_IDENTITY_H

#include <stdint.h>

#include "base/err.h"
#include "store/store_job.h"

struct	identity {
	int64_t	 pid;
	char	 host[65];
	char	 boot_id[37];
	char	 holder[HOLDER_SIZE];	/* host:boot id:pid:start time */
};

enum err	 identity_self(struct identity *, struct diag *);
/*
 * Whether the process that "holder" names still runs here: same pid, same
 * start time.  For store_workers_reap().
 */
int		 identity_alive(int64_t pid, const char *holder);
/* In clock ticks since boot; -1: no such process. */
long long	 identity_start_time(int64_t pid);
/* VMs this machine can run at once: by cores this process may use and by
 * memory that is free, "guest_mb" each; at least 1. */
int		 identity_slots(int64_t guest_mb);

#endif /* !WORKER_IDENTITY_H */
