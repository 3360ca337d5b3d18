/*
 * What the loader keeps of the powers it was started with: those that
 * loading and attaching need, and none that it could give to others.
 */
#ifndef EXECUTE_PRIVILEGE_H
#define EXECUTE_PRIVILEGE_H

#include "base/err.h"

/* Called before anything is read. */
enum err	 privilege_drop(struct diag *);
/*
 * With a unix socket on "fd": is the peer root, this program's own user, or
 * "user"?  ERR_DENIED.  Whoever started us with a pipe is who we are.
 */
enum err	 privilege_peer(int fd, const char *user, struct diag *);

#endif /* !EXECUTE_PRIVILEGE_H */
