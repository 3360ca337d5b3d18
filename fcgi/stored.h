/*
 * Files that the service keeps, on their way to a client: opened so that no
 * name leads out of its folder, and objects only after their bytes were
 * found to be what their digest says.
 *
 * An object goes out with a strong ETag (its digest), the digest itself
 * (X-BPF-SHA256, Repr-Digest) and byte ranges; HEAD, If-None-Match, Range
 * and If-Range are then answered by reply_send().
 */
#ifndef FCGI_STORED_H
#define FCGI_STORED_H

#include <stdint.h>

#include "app.h"
#include "reply.h"

/*
 * Opens a regular file "rel" below WORKDIR/"folder"; nothing on the way below
 * that folder is a symbolic link.  ERR_NOTFOUND for everything else.
 */
enum err	 stored_open(const struct app *, const char *folder,
		    const char *rel, int *fd, int64_t *size);

/*
 * Makes the object with this digest the reply, as a download called
 * "filename" (bytes outside of letters, digits and "._-" become "_").  The
 * whole object is hashed first, also for a range of it.  ERR_NOTFOUND: it is
 * not there; ERR_CORRUPT: it is damaged, and nothing of it is sent.  The
 * caller may change type and cache of the reply afterwards.
 */
enum err	 stored_object(const struct app *, struct reply *,
		    const char *sha256, const char *filename, struct diag *);

/* The name of a download, made harmless. */
void		 stored_name(struct reply *, const char *);

#endif /* !FCGI_STORED_H */
