/*
 * What this program itself gives to the registry: finished runs, and
 * versions that are taken over from another server.  It goes the way of an
 * upload (store_registry.h), so the same rules decide and the same record is
 * signed.
 */
#ifndef WORKER_REGISTRY_GIVE_H
#define WORKER_REGISTRY_GIVE_H

#include "store/object.h"
#include "store/store_registry.h"

struct	registry_gift {
	const char		*workdir;
	struct db		*db;
	/* Sealed objects of it that may not be here yet. */
	struct object		*objects[2];
	size_t			 nobjects;
	struct registry_ask	 ask;
	/* Within the transaction of the request; may be NULL. */
	registry_then_fn	 then;
	void			*arg;
};

/* "id" names the request, whose answer is store_registry_answer()'s. */
enum err	 registry_give(const struct registry_gift *,
		    char id[static REGISTRY_REQUEST_ID_SIZE],
		    struct diag *);
/*
 * Makes the project when it is not there, on record as the deed of "actor";
 * one that is there stays as it is.  *made may be NULL.
 */
enum err	 registry_give_project(struct db *,
		    const struct project_put *, const char *actor,
		    bool *made);

#endif /* !WORKER_REGISTRY_GIVE_H */
