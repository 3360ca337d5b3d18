/*
 * Which shared libraries a program of this machine needs, as its own
 * dynamic loader resolves them, so that it also runs in a guest.
 */
#ifndef VM_HOSTLIBS_H
#define VM_HOSTLIBS_H

#include <stddef.h>

#include "base/err.h"

#define HOSTLIBS_MAX	32

struct	hostlibs {
	char	*path[HOSTLIBS_MAX];	/* absolute; the loader is the first */
	size_t	 n;
};

/*
 * Nothing for a static program.  ERR_NOTFOUND when the program, its loader
 * or a library is missing.  Release with hostlibs_clear().
 */
enum err	 hostlibs_find(const char *program, struct hostlibs *,
		    struct diag *);
void		 hostlibs_clear(struct hostlibs *);

/* The loader's "--list" output; for tests. */
enum err	 hostlibs_parse(const char *text, struct hostlibs *,
		    struct diag *);

#endif /* !VM_HOSTLIBS_H */
