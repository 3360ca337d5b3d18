/*
 * The box that the compiler runs in: bubblewrap with every namespace of its
 * own (no network, no other process), a root that holds the compiler, the
 * headers and one source, all read-only, an empty /tmp, no /proc, /dev, /etc,
 * and a system call filter without sockets, new processes and the parts of
 * the kernel that a compiler never needs.
 */
#ifndef COMPILE_BOX_H
#define COMPILE_BOX_H

#include <limits.h>
#include <stddef.h>

#include "base/err.h"

#define BOX_ARGS_MAX	192

struct	box {
	const char	*argv[BOX_ARGS_MAX];	/* ends with NULL */
	size_t		 n;
	char		 compiler[PATH_MAX];	/* the real file */
	char		 prefix[PATH_MAX];	/* what it is installed below */
	char		 fd_text[16];
	int		 filter;		/* of system calls, for bwrap */
	enum err	 err;			/* sticky: too many words */
};

/*
 * Begins the command: everything up to the compiler's own arguments.
 * "include" and "arch" are the folders of headers; "source" appears as
 * /src/"name".  ERR_NOTFOUND when the compiler is not there.  The strings
 * must outlive the box; box_clear() in any case.
 */
enum err	 box_open(struct box *, const char *compiler,
		    const char *include, const char *arch,
		    const char *source, const char *name, struct diag *);
void		 box_add(struct box *, const char *arg);
void		 box_clear(struct box *);

/* Limits for this process and its children: memory, time, no core files. */
enum err	 box_limits(int cpu_seconds, struct diag *);

#endif /* !COMPILE_BOX_H */
