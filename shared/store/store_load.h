/*
 * What a server is doing right now, and how a run counts, in one row each:
 * for a status page and for a badge, which must stay cheap.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct	load {
	int64_t		 workers, slots;	/* active, seen lately */
	int64_t		 busy;			/* targets that run */
	int64_t		 pending;		/* targets that wait */
};

/* Workers count when they were seen within the last "ms". */
enum err	 store_load_get(struct db *, int64_t ms, struct load *);

struct	run_counts {
	int64_t		 total, passed;
	int64_t		 failed;		/* no verdict is no failure */
	int64_t		 required_failed;
};

/* ERR_NOTFOUND when there is no such run. */
enum err	 store_run_counts(struct db *, const char *run_id,
		    struct run_counts *);

#endif /* !STORE_LOAD_H */
