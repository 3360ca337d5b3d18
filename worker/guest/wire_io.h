/*
 * Frames of wire.h, read and written.  The reader trusts nothing but is fed
 * by one peer only; a broken frame breaks the channel.
 */
#ifndef GUEST_WIRE_IO_H
#define GUEST_WIRE_IO_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The largest artifact and plan taken from the wire, in bytes. */
#define WIRE_ARTIFACT_MAX	(128U * 1024 * 1024)
#define WIRE_PLAN_MAX		(4U * 1024 * 1024)

/* All of "len" bytes, through short writes.  ERR_IO with errno. */
enum err	 write_all(int fd, const void *, size_t len);

/*
 * Sends "len" bytes as frames of one type, split at WIRE_CHUNK_MAX; an
 * empty payload is one empty frame.
 */
enum err	 wire_send(int fd, char type, const void *, size_t len);

/* Takes the N and B frames; "head" is one line.  See files.h. */
struct	wire_files {
	enum err	(*begin)(void *, const char *head, struct diag *);
	enum err	(*bytes)(void *, const void *, size_t, struct diag *);
	void		*arg;
};

/*
 * Reads the host's side up to G: artifact and plan are appended to the
 * caller's buffers (their maxima bound them), files go to "files" (NULL:
 * there may be none).  ERR_PROTO with a sentence for an unknown type, wrong
 * order, an overlong frame or an early end.  Reads not one byte past the G
 * frame.
 */
enum err	 wire_receive(int fd, struct buf *artifact, struct buf *plan,
		    const struct wire_files *files, struct diag *);

#endif /* !GUEST_WIRE_IO_H */
