/*
 * What a job's manifest declares, held against what one target showed:
 * whether it speaks of the object that was given, whether a variant was
 * found for every group, and whether the outcome was expected.
 */
#ifndef WORKER_DECLARED_H
#define WORKER_DECLARED_H

#include "domain/manifest.h"
#include "worker/collect.h"

/*
 * May turn a verdict into a failure at stage "validation" (the manifest is
 * about something else) or "load" (a group without a variant that works),
 * and fills c->expected.  "release" is the booted kernel's, or what is
 * known of it.
 */
void	 declared_judge(const struct manifest *, const char *profile_id,
	    const char *release, struct collected *c);

#endif /* !WORKER_DECLARED_H */
