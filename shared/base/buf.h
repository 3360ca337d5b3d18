/*
 * A growable byte buffer that is born with its maximum.
 * Errors stick: after the first failure every call is a no-op and
 * buf_err() tells why, so a writer checks once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct	buf {
	char		*data;	/* NUL-terminated once anything was added */
	size_t		 len;	/* without the NUL */
	size_t		 cap;
	size_t		 max;	/* longest len allowed */
	enum err	 err;	/* ERR_OK, ERR_TOOBIG or ERR_NOMEM */
};

#define BUF_INIT(maxlen)	{ NULL, 0, 0, (maxlen), ERR_OK }

void		 buf_init(struct buf *, size_t max);
/* Frees; the buffer can be used again with the same maximum. */
void		 buf_clear(struct buf *);
/* Empties without freeing; clears the error. */
void		 buf_reset(struct buf *);

enum err	 buf_add(struct buf *, const void *, size_t);
enum err	 buf_adds(struct buf *, const char *);
enum err	 buf_addc(struct buf *, char);
enum err	 buf_addf(struct buf *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
enum err	 buf_addv(struct buf *, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));
/*
 * Room for "n" more bytes at the returned address (buf_commit() them after
 * filling), or NULL and the sticky error.
 */
void		*buf_reserve(struct buf *, size_t n);
void		 buf_commit(struct buf *, size_t n);
/* Drops "n" bytes from the front (n <= len). */
void		 buf_consume(struct buf *, size_t n);

enum err	 buf_err(const struct buf *);
/* "" for an empty buffer, never NULL; valid until the next change. */
const char	*buf_str(const struct buf *);
/* Hands the memory to the caller (free()); NULL when empty or failed. */
char		*buf_steal(struct buf *);

#endif /* !BASE_BUF_H */
