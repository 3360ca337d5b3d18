/*
 * Reads a guest's console: raw bytes in, whole lines out, terminal escapes
 * and control bytes taken out.  What the kernel complains about in them is
 * kevent.h's.
 */
#ifndef VM_SPLAT_H
#define VM_SPLAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "worker/vm/kevent.h"

/* The complaints as one text. */
#define SPLAT_MAX	(16 * 1024)
#define SPLAT_LINE_MAX	1024

struct	splat {
	struct kevents	 events;
	struct buf	 text;		/* splat_text()'s */
	char		 line[SPLAT_LINE_MAX];
	size_t		 len;
	int		 esc;		/* state inside an escape sequence */
	/* Called with each whole line, may be NULL. */
	void		(*on_line)(void *, const char *line);
	void		*arg;
};

void		 splat_init(struct splat *);
void		 splat_clear(struct splat *);
void		 splat_feed(struct splat *, const void *, size_t);
/* The last line may have no end; looks at it, too. */
void		 splat_finish(struct splat *);
/* All complaints so far, at most SPLAT_MAX bytes; "" for none. */
const char	*splat_text(struct splat *);

#endif /* !VM_SPLAT_H */
