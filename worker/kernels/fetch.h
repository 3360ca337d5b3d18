/* Fetching one kernel, in the process that calls; kernels.c runs several. */
#ifndef KERNELS_FETCH_H
#define KERNELS_FETCH_H

#include "base/conf.h"
#include "domain/profile.h"
#include "worker/kernels/apt.h"
#include "worker/kernels/kernels.h"

/* Below KERNEL_DIR/<profile id>; never a key, which begins with no dot. */
#define FETCH_LOCK	".lock"
#define FETCH_WORK	".work"
#define FETCH_DOWNLOAD	".download"

struct	fetch {
	const struct apt_source	*source;
	const char		*kernel_dir;	/* absolute */
	int64_t			 ttl_ms;
	bool			 refresh;
	/* What happens; done and total are bytes. */
	void			(*say)(void *arg, enum kernels_stage,
				    uint64_t done, uint64_t total,
				    const char *text);
	void			*arg;
};

/*
 * Leaves the newest kernel of the profile as its current one.  On ERR_OK
 * "text" says in a few words what is there now.
 */
enum err	 fetch_kernel(const struct fetch *, const struct profile *,
		    char *text, size_t size, struct diag *);

struct	fetch_item {
	const struct apt_suite	*suite;
	const char		*uri;	/* as apt gave it */
	const char		*sha256;
	const char		*path;	/* where to; a part may be there */
	void			(*progress)(void *arg, double part);
	void			*arg;
};

/*
 * Downloads one file, or the rest of it, and checks it.  A file that is
 * there and right is left alone.
 */
enum err	 fetch_file(const struct fetch_item *, struct diag *);

#endif /* !KERNELS_FETCH_H */
