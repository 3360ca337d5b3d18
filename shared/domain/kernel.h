/*
 * A fetched kernel, as "kernels fetch" left it on disk (the contract is in
 * doc/architecture.md).  Read by the worker, which boots it, and by the
 * API, which reports it.
 */
#ifndef DOMAIN_KERNEL_H
#define DOMAIN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"

#define KERNEL_JSON_MAX		(256 * 1024)
#define KERNEL_PACKAGES_MAX	8
#define KERNEL_NOTES_MAX	16

/* Names inside the folder. */
#define KERNEL_CURRENT		"current"
#define KERNEL_JSON		"kernel.json"
#define KERNEL_FILES		"files.sha256"	/* as sha256sum(1) */
#define KERNEL_VMLINUZ		"vmlinuz"
#define KERNEL_DAMAGED		"damaged"	/* a check found it changed */

struct	kernel_package {
	char	*name;
	char	*version;
	char	*suite;
	char	*sha256;
	char	*source_url;
	int64_t	 size_bytes;
};

struct	kernel {
	char			*profile_id;
	char			*dir;	/* the folder itself, not "current" */
	char			*key;	/* its last component */
	char			*release;		/* uname -r */
	char			*version_string; /* /proc/version begins so */
	char			*uname_version;	/* uname -v */
	char			*arch;
	char			*vmlinuz_sha256;
	char			*files_sha256;	/* of the file KERNEL_FILES */
	char			*fetched_at;
	char			*suite_date;
	int64_t			 size_bytes;	/* of all files */
	bool			 has_modules;
	struct kernel_package	 package[KERNEL_PACKAGES_MAX];
	int			 npackages;	/* the first holds vmlinuz */
	char			*note[KERNEL_NOTES_MAX];
	int			 nnotes;
};

/*
 * Reads the profile's current kernel.  ERR_NOTFOUND when it was never
 * fetched, ERR_CORRUPT when what lies there is no whole kernel; the
 * message names the remedy.  On ERR_OK release with kernel_clear().
 */
enum err	 kernel_find(const struct conf *, const char *profile_id,
		    struct kernel *, struct diag *);
/* The same for a folder KERNEL_DIR/<profile id>/<key>. */
enum err	 kernel_read(const char *dir, struct kernel *, struct diag *);
enum err	 kernel_parse(const char *json, size_t len, struct kernel *,
		    struct diag *);
void		 kernel_clear(struct kernel *);

/* Appends kernel.json for "k" (without dir and key). */
struct buf;
enum err	 kernel_write(const struct kernel *, struct buf *);

#endif /* !DOMAIN_KERNEL_H */
