/*
 * How many jobs, targets and runs ended how, since there is a database:
 * counted by triggers, so nobody has to read all rows to know.
 */
#ifndef STORE_TOTALS_H
#define STORE_TOTALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

#define TOTALS_MAX	32	/* names there can be */

struct	total {
	char	 name[32];	/* "job_completed", "target_pass", "run_fail" */
	int64_t	 n;
};

/* Fills *n of "t", by name. */
enum err	 store_totals(struct db *, struct total t[static TOTALS_MAX],
		    size_t *n);

#endif /* !STORE_TOTALS_H */
