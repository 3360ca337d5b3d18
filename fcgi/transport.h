/*
 * FastCGI, one request at a time; the only file that sees the FastCGI
 * library.  The caller's listening socket must be non-blocking: several
 * processes wait on it and whoever comes second just waits on.
 *
 * Every phase has a deadline, so that a peer that stalls in the middle of a
 * record cannot hold a process for ever.  The deadline is SIGALRM, whose
 * handler transport_new() installs.
 */
#ifndef FCGI_TRANSPORT_H
#define FCGI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

#define TRANSPORT_HEAD_MS	10000	/* until all variables have arrived */
#define TRANSPORT_BODY_MS	120000	/* whole body; nginx has buffered it */
#define TRANSPORT_REPLY_MS	120000	/* whole reply */

struct transport;

/* "stop_fd" becomes readable, and stays so, when the process shall end. */
enum err	 transport_new(int listen_fd, int stop_fd, struct transport **);
void		 transport_free(struct transport *);

/*
 * Waits for the next request.  ERR_CANCELED when "stop_fd" says so,
 * ERR_IO when the listening socket is broken.
 */
enum err	 transport_accept(struct transport *);
/* A variable of the request, or NULL; valid until transport_finish(). */
const char	*transport_var(const struct transport *, const char *name);
/* Next body bytes: > 0, 0 at the end, -1 when the peer broke off. */
ssize_t		 transport_read(struct transport *, void *, size_t);
/* ERR_IO when the peer has gone. */
enum err	 transport_write(struct transport *, const void *, size_t);
/*
 * Waits up to "ms" for "fd" (-1: none) to become readable.  ERR_OK when it
 * did, ERR_TIMEOUT, ERR_CANCELED when the peer has hung up, ERR_UNAVAILABLE
 * when the process shall end.
 */
enum err	 transport_wait(struct transport *, int fd, int ms);
/* Ends the request and the connection; harmless without one. */
void		 transport_finish(struct transport *);

#endif /* !FCGI_TRANSPORT_H */
