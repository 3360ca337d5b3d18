/*
 * What only the worker can do for the registry, asked within a request: the
 * objects get their names and the question its row, or neither; then the
 * answer is waited for, and without one the question is taken back and
 * nothing is left behind.
 */
#ifndef FCGI_REGISTRY_ASK_H
#define FCGI_REGISTRY_ASK_H

#include "route.h"
#include "store/object.h"
#include "store/store_registry.h"

/*
 * "objects" (sealed, n of them) are what the question refers to.  ERR_OK:
 * done, *repeated when it was so before.  Otherwise call->d has the reason,
 * and call->audited says that the worker has put it on record.
 */
enum err	 registry_ask(struct app *, struct call *,
		    const struct registry_ask *, struct object *const *objects,
		    size_t n, bool *repeated);

#endif /* !FCGI_REGISTRY_ASK_H */
