/* Fetched kernels as the administrator sees them in SQL. */
#ifndef STORE_KERNEL_H
#define STORE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

struct	kernel_row {
	const char	*profile_id;
	const char	*release;		/* uname -r */
	const char	*version_string;
	const char	*arch;
	const char	*package, *package_version, *suite;
	const char	*vmlinuz_sha256;
	int64_t		 size_bytes;		/* on disk */
	bool		 has_modules;
	bool		 damaged;
	const char	*fetched_at, *verified_at;	/* RFC 3339 */
	const char	*note;
};

/* Inserts or replaces the profile's row. */
enum err	 store_kernel_put(struct db *, const struct kernel_row *);
/* A row that is not there is fine. */
enum err	 store_kernel_del(struct db *, const char *profile_id);

#endif /* !STORE_KERNEL_H */
