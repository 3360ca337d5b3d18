/*
 * What libbpf says.  Its print hook has no argument, so one capture is the
 * current one.  Info and warnings are kept whole; of the debug messages
 * only those about externs and relocations, which are the one place where
 * libbpf tells what became of each.
 */
#ifndef GUEST_CAPTURE_H
#define GUEST_CAPTURE_H

#include <stdint.h>

#include "base/buf.h"

/* libbpf repeats a failed program's verifier log; this holds that too. */
#define CAPTURE_MAX	(96U * 1024 * 1024)

struct	capture {
	struct buf	 text;	/* messages as libbpf printed them */
	struct buf	 externs; /* debug lines about externs */
	struct buf	 relocs; /* all lines about relocations */
	uint64_t	 dropped; /* messages over the limit */
};

void	 capture_init(struct capture *);
void	 capture_free(struct capture *);
/* Makes it the current one (NULL: drop messages); returns the previous. */
struct capture *capture_use(struct capture *);

#endif /* !GUEST_CAPTURE_H */
