/*
 * From a profile's line to exact packages: the newest version of the line
 * that the suites carry with a kernel image in it, and the packages that
 * hold its parts.
 */
#ifndef KERNELS_RESOLVE_H
#define KERNELS_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "domain/profile.h"
#include "worker/kernels/apt.h"

#define PICK_DEBS_MAX	3

struct	pick_deb {
	char	 name[160];
	char	 version[128];
	char	 uri[APT_URI_MAX];	/* for apt, may hold a password */
	char	 sha256[SHA256_HEX_SIZE];
	int64_t	 size;
};

struct	pick {
	char			 release[128];	/* uname -r by its name */
	char			 version[128];
	struct apt_suite	 suite;		/* closed */
	struct pick_deb		 deb[PICK_DEBS_MAX];	/* [0]: the image */
	int			 ndebs;
	bool			 split;		/* newer package layout */
	bool			 modules_gone;	/* split, suite lost them */
	int64_t			 installed_kib;
	char			 note[256];	/* "" or a suite left out */
};

struct	resolve_opts {
	const char	*kernel_dir;	/* absolute */
	int64_t		 ttl_ms;
	bool		 refresh;
};

/*
 * ERR_NOTFOUND when no suite of the profile carries its line, and the
 * errors of apt_suite_open().
 */
enum err	 resolve(const struct apt_source *, const struct profile *,
		    const struct resolve_opts *, struct pick *,
		    struct diag *);

/*
 * Does a package name denote a kernel of this line and flavour?  "prefix"
 * is "linux-image-" or "linux-binary-"; returns the release in the name or
 * NULL.  Meta packages, debug and unsigned ones are none.
 */
const char	*resolve_release(const char *name, const char *prefix,
		    const char *line, const char *flavour, const char *arch);
/* Is version "a" later than "b"?  dpkg decides. */
enum err	 resolve_later(const char *a, const char *b, bool *later,
		    struct diag *);

#endif /* !KERNELS_RESOLVE_H */
