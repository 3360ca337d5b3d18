/* What the database knows about the kernels on the disk. */
#ifndef KERNELS_RECORD_H
#define KERNELS_RECORD_H

#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "domain/profile.h"

/*
 * Puts (or removes) the row of each profile as the disk has it.  The disk
 * is the truth: a kernel stays fetched when this fails.
 */
enum err	 record_all(const struct conf *, const struct profile *const *,
		    size_t n, struct diag *);
/* One row after a check; "damage" is what was wrong, or NULL. */
enum err	 record_check(const struct conf *, const char *profile_id,
		    const char *damage, struct diag *);

#endif /* !KERNELS_RECORD_H */
