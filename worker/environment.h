/*
 * The environment of a variant (domain/profile.h): how a guest is told, and
 * whether it came about.  A verdict of a guest that is not in the environment
 * its profile names would be a lie, so that is an infrastructure error.
 */
#ifndef WORKER_ENVIRONMENT_H
#define WORKER_ENVIRONMENT_H

#include "base/buf.h"
#include "domain/profile.h"
#include "worker/collect.h"

/* All kernel parameters of the profile, with spaces between them. */
enum err	 environment_cmdline(const struct profile *, struct buf *);
/*
 * Holds the validator's document against the profile; turns *c into an
 * infrastructure error where they differ.
 */
void		 environment_check(const struct profile *,
		    struct collected *c);

#endif /* !WORKER_ENVIRONMENT_H */
