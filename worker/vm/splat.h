/*
 * Finds what a kernel complains about in its console: oops, panic, warning,
 * hung task, stall, sanitizer report.  Fed with raw console bytes; terminal
 * escapes and control bytes are taken out.
 */
#ifndef VM_SPLAT_H
#define VM_SPLAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define SPLAT_MAX	(16 * 1024)
#define SPLAT_LINE_MAX	1024

struct	splat {
	struct buf	 text;		/* the complaints, at most SPLAT_MAX */
	char		 line[SPLAT_LINE_MAX];
	size_t		 len;
	int		 esc;		/* state inside an escape sequence */
	int		 follow;	/* lines that still belong to it */
	bool		 panicked;	/* "Kernel panic" was seen */
	bool		 fatal;		/* an oops or a panic was seen */
	/* Called with each whole line, may be NULL. */
	void		(*on_line)(void *, const char *line);
	void		*arg;
};

void		 splat_init(struct splat *);
void		 splat_clear(struct splat *);
void		 splat_feed(struct splat *, const void *, size_t);
/* The last line may have no end; looks at it, too. */
void		 splat_finish(struct splat *);

#endif /* !VM_SPLAT_H */
