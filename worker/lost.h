/*
 * What was lost on the way to a verdict: a whole guest, the validator in it,
 * or the process that loads the object; at which step, and who ended it.
 */
#ifndef WORKER_LOST_H
#define WORKER_LOST_H

#include <stdbool.h>

#include "domain/classify.h"
#include "worker/runner.h"

struct	lost {
	bool		 touched;	/* libbpf had been let at the object */
	const char	*failed_stage;	/* load, attach, functional; static */
	char		 what[CLASS_TEXT_MAX / 2];	/* "load of program x" */
	struct class_facts facts;	/* point into the two documents */
};

/* For a runner that says the guest died or hung. */
void		 lost_guest(const struct runner_end *, struct lost *);
/*
 * The validator outlived the process that loads and attaches the object and
 * says so.  False: it did not, or libbpf itself broke on the object.
 */
bool		 lost_loader(const struct runner_end *,
		    const struct jval *document, struct lost *);
/*
 * The kernel's line when it killed a process of ours for want of memory, at
 * this program or map (NULL: anywhere); NULL: it did not.
 */
const char	*lost_for_memory(const struct jval *end, const char *program);

#endif /* !WORKER_LOST_H */
