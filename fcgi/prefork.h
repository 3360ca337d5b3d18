/*
 * The master: a fixed number of child processes for each pool, each child
 * serving one request at a time on the pool's socket.  A child that dies is
 * replaced; one that dies at once again and again is replaced ever more
 * slowly.  The master itself reads nothing from outside.
 */
#ifndef FCGI_PREFORK_H
#define FCGI_PREFORK_H

#include <stdbool.h>

#include "base/err.h"

#define PREFORK_POOLS_MAX	4
#define PREFORK_CHILDREN_MAX	1024	/* in one pool */
/* Time a child gets to finish its request after SIGTERM. */
#define PREFORK_STOP_MS		20000

struct	pool_opts {
	const char	*name;
	const char	*socket;	/* path; made new, removed at the end */
	unsigned int	 mode;		/* of the socket */
	int		 children;
	bool		 wait;		/* handed to the child's main */
};

/*
 * What a child does: serves requests from "listen_fd" until "stop_fd"
 * becomes readable; its exit code.
 */
typedef int	(*prefork_main)(void *arg, bool wait, int listen_fd,
		    int stop_fd);

/*
 * Listens, forks, and runs until SIGTERM or SIGINT, then stops the children
 * between requests.  ERR_BUSY: another server answers on a socket.
 */
enum err	 prefork_run(const struct pool_opts *, int npools,
		    prefork_main, void *arg, struct diag *);

#endif /* !FCGI_PREFORK_H */
