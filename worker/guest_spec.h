/*
 * What a runner is told of the guest itself, whatever it is to do with it:
 * kernel, memory, parameters, accelerator.  All who start runners ask here,
 * so that they mean the same template.
 */
#ifndef WORKER_GUEST_SPEC_H
#define WORKER_GUEST_SPEC_H

#include "base/conf.h"
#include "domain/kernel.h"
#include "domain/profile.h"
#include "worker/runner.h"

/*
 * Fills *s for a guest that judges nothing; its texts belong to the other
 * arguments and to "cmdline", which the caller clears after runner_start().
 */
enum err	 guest_spec(const struct conf *, const char *cache_dir,
		    const struct profile *, const struct kernel *,
		    struct runner_spec *s, struct buf *cmdline);
/* Are there to be any templates? */
bool		 guest_saved(const struct conf *);

#endif /* !WORKER_GUEST_SPEC_H */
