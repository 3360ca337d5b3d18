/* Is what the registry hands out, and says of itself, what was signed? */
#ifndef FCGI_REGISTRY_VERIFY_H
#define FCGI_REGISTRY_VERIFY_H

#include "route.h"
#include "store/store_registry.h"

/*
 * Proves the record of a version: digest, signature, key, its place up to a
 * signed end, and that the row of the version says the same.  ERR_CORRUPT
 * with the reason, and the word "record_damaged".
 */
enum err	 registry_proved(struct app *, struct call *,
		    const struct version_key *,
		    const struct registry_version *);

#endif /* !FCGI_REGISTRY_VERIFY_H */
