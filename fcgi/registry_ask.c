#include "registry_ask.h"

#include <string.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "domain/registry.h"
#include "transport.h"

#define OBJECT_LOCK_MS	10000
#define OBJECTS_MAX	4

/* Objects and row under one lock, so nobody removes what we refer to. */
static enum err
put(struct app *app, struct call *c, const struct registry_ask *a,
    struct object *const *objects, size_t n, char *id)
{
	bool		 created[OBJECTS_MAX];
	struct db	*db;
	int		 lock;
	enum err	 e;

	if (n > OBJECTS_MAX)
		return ERR_INTERNAL;
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = object_lock(app->conf->workdir, OBJECT_LOCK_MS, &lock,
	    &c->d)) != ERR_OK)
		return e == ERR_TIMEOUT ? ERR_BUSY : e;
	if ((e = objects_publish(objects, n, created, &c->d)) == ERR_OK) {
		e = store_registry_ask(db, a, id);
		if (e != ERR_OK)
			objects_unpublish(objects, n, created);
	}
	fsio_unlock(lock);
	return e;
}

/* What nobody else refers to goes. */
static void
drop(struct app *app, struct db *db, struct object *const *objects, size_t n)
{
	bool	 needed;
	int	 lock;

	if (n == 0 || object_lock(app->conf->workdir, OBJECT_LOCK_MS, &lock,
	    NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (store_object_needed(db, object_sha256(objects[i]),
		    &needed) == ERR_OK && !needed)
			object_unpublish(objects[i]);
	fsio_unlock(lock);
}

/* Until the row is answered; ERR_TIMEOUT, or the client has gone. */
static enum err
wait_answer(struct app *app, struct call *c, struct db *db, const char *id,
    struct registry_answer *a)
{
	int64_t		 deadline = time_mono_ms() +
			    app->conf->registry_timeout;
	struct db_watch	*watch;
	int		 left;
	enum err	 e;

	if ((e = app_watch(app, &watch, &c->d)) != ERR_OK)
		return e;
	for (;;) {
		/* Events first, then the row: a change in between wakes us. */
		db_watch_drain(watch);
		if ((e = store_registry_answer(db, id, a)) != ERR_OK)
			return e;
		if (strcmp(a->state, "pending") != 0)
			return ERR_OK;
		answer_clear(a);
		if ((left = time_left_ms(deadline)) == 0)
			return ERR_TIMEOUT;
		e = transport_wait(c->t, db_watch_fd(watch), left);
		if (e != ERR_OK && e != ERR_TIMEOUT)
			return e;
	}
}

static enum err
refused(struct call *c, const struct registry_answer *a)
{
	const struct registry_refusal	*why = registry_refusal(a->code);

	c->audited = true;
	diag_set(&c->d, why->err, why->field, "%s", a->error);
	diag_word(&c->d, why->code);
	return why->err;
}

enum err
registry_ask(struct app *app, struct call *c, const struct registry_ask *ask,
    struct object *const *objects, size_t n, bool *repeated)
{
	char			 id[REGISTRY_REQUEST_ID_SIZE];
	struct registry_answer	 a = { 0 };
	struct db		*db;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = put(app, c, ask, objects, n, id)) != ERR_OK)
		return e;
	e = wait_answer(app, c, db, id, &a);
	/* Answered at the last moment counts as answered. */
	if (e != ERR_OK && store_registry_withdraw(db, id) == ERR_WRONGSTATE)
		e = store_registry_answer(db, id, &a);
	if (e != ERR_OK) {
		drop(app, db, objects, n);
		return e != ERR_TIMEOUT ? e : diag_set(&c->d,
		    ERR_UNAVAILABLE, NULL, "no worker has signed this in "
		    "time, so it was taken back; try again later");
	}
	*repeated = a.repeated;
	if (strcmp(a.state, "done") != 0)
		e = refused(c, &a);
	answer_clear(&a);
	return e;
}
