/*
 * Everything that repeats what is signed or stored elsewhere, held against
 * it: rows (store/store_rowcheck.h), the objects of registry versions, and the
 * reports of runs.  What it cannot see is a report that was changed together
 * with the digest in its row; a bundle that was exported shows that.
 */
#ifndef DOMAIN_ROW_CHECK_H
#define DOMAIN_ROW_CHECK_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_rowcheck.h"

/*
 * Tells of each row that does not fit; *n is how many.  ERR_OK whatever was
 * found; an error of "tell" ends it.
 */
enum err	 row_check(struct db *, const char *workdir,
		    store_problem_fn tell, void *arg, int64_t *n);

#endif /* !DOMAIN_ROW_CHECK_H */
