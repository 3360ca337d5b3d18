#include "worker/registry_give.h"

#include "base/fsio.h"
#include "store/store_audit.h"

#define LOCK_WAIT_MS	10000

static enum err
ask(const struct registry_gift *gift, char *id)
{
	enum err	 e;

	if ((e = db_begin(gift->db)) != ERR_OK)
		return e;
	if ((e = store_registry_ask(gift->db, &gift->ask, id)) == ERR_OK &&
	    gift->then != NULL)
		e = gift->then(gift->db, gift->arg);
	return db_end(gift->db, e);
}

enum err
registry_give(const struct registry_gift *gift,
    char id[static REGISTRY_REQUEST_ID_SIZE], struct diag *d)
{
	bool	 created[2] = { false, false };
	int	 lock;
	enum err e;

	if ((e = object_lock(gift->workdir, LOCK_WAIT_MS, &lock, d)) != ERR_OK)
		return e;
	if ((e = objects_publish(gift->objects, gift->nobjects, created, d)) ==
	    ERR_OK && (e = ask(gift, id)) != ERR_OK)
		objects_unpublish(gift->objects, gift->nobjects, created);
	fsio_unlock(lock);
	return e;
}

static enum err
on_record(struct db *db, void *arg)
{
	return audit_append_in(db, arg);
}

enum err
registry_give_project(struct db *db, const struct project_put *put,
    const char *actor, bool *made)
{
	struct audit_event	 ev = { .action = "project_upsert",
		.status = "success", .actor = actor, .known = true,
		.tenant = put->tenant, .project = put->project,
		.identity_type = "local" };
	struct registry_project	 p;
	enum err		 e;

	e = store_project_get(db, put->tenant, put->project, NULL);
	if (made != NULL)
		*made = e == ERR_NOTFOUND;
	if (e != ERR_NOTFOUND)
		return e;
	if ((e = store_project_put(db, put, on_record, &ev, &p)) == ERR_OK)
		project_clear(&p);
	return e;
}
