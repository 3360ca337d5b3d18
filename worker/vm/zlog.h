/*
 * Text out of a zstd stream that a guest made: bounded in what it keeps and
 * in the memory its window may take.
 */
#ifndef VM_ZLOG_H
#define VM_ZLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct zlog;

enum err	 zlog_new(struct zlog **);
void		 zlog_free(struct zlog *);
/* A new stream begins. */
void		 zlog_begin(struct zlog *);
/*
 * Appends what "p" unpacks to, as far as "out" has room.  False when
 * something was left out: no room, or not zstd.
 */
bool		 zlog_feed(struct zlog *, const void *p, size_t len,
		    struct buf *out);

#endif /* !VM_ZLOG_H */
