/*
 * What a child process holds between requests: configuration, catalogue,
 * database.  Nothing about a request lives here.
 */
#ifndef FCGI_APP_H
#define FCGI_APP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "domain/grants.h"
#include "domain/history_view.h"
#include "domain/matrix.h"
#include "domain/profile.h"
#include "store/db.h"

#define APP_OPENAPI_MAX	((size_t)512 * 1024)

struct identity;
struct mtls_map;
struct proxies;

struct	app {
	const struct conf *conf;
	bool		 wait_pool;	/* this child may hold a request */
	struct profile_set profiles;
	struct matrix	 matrix;	/* the default one */
	struct buf	 openapi;
	struct identity	*identity;
	struct mtls_map	*mtls;		/* NULL: certificates are nobody's */
	struct proxies	*proxies;
	struct grants	*grants;	/* of the registry */
	struct metrics	*metrics;	/* shared with the other children */
	struct db	*db;		/* NULL until app_db() */
	struct db_watch	*watch;		/* NULL until app_watch() */
	struct history_view *view;	/* NULL until app_view() */
};

/* Loads what needs no database; the diag is for the start-up message. */
enum err	 app_init(struct app *, const struct conf *, struct diag *);
void		 app_clear(struct app *);
/*
 * The database, opened on first use, so a child outlives a database that is
 * not there yet.  ERR_UNAVAILABLE; the diag is for the log.
 */
enum err	 app_db(struct app *, struct db **, struct diag *);
/*
 * Whom the history is believed from, and what of it was proved by this
 * process; fresh as of now.  Within db_begin_read().
 */
enum err	 app_view(struct app *, struct history_view **, struct diag *);
/* Changes of the database as an event. */
enum err	 app_watch(struct app *, struct db_watch **, struct diag *);

#endif /* !FCGI_APP_H */
