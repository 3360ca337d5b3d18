/*
 * THE route table: method, path, who may, how large a body, which fields,
 * what runs.  The dispatcher checks all of that; a handler runs only when
 * everything holds.
 *
 * A route whose action is the registry's has the fields "tenant" and
 * "project" (required unless the action says otherwise).  Where they come
 * with a form they stand before its first file, or in the query string.
 */
#ifndef FCGI_ROUTE_H
#define FCGI_ROUTE_H

#include <stdint.h>

#include "app.h"
#include "auth.h"
#include "field.h"
#include "reply.h"
#include "req.h"

struct transport;

struct route;

/* One request on its way through a handler. */
struct	call {
	const struct req	*rq;
	const struct route	*route;		/* NULL until it is found */
	struct principal	 who;		/* who asks */
	bool			 flood;		/* one of many: not logged */
	bool			 granted;	/* auth_registry() said yes */
	bool			 audited;	/* the outcome is on record */
	const char		*prefix;	/* "/api" or "/api/v1" */
	struct fields		 f;
	struct reply		*rp;
	struct transport	*t;		/* only for waiting */
	struct diag		 d;
};

/* Fills call->rp, or returns an error and leaves it to the caller. */
typedef enum err (*route_fn)(struct app *, struct call *);

enum	route_body {
	BODY_NONE,
	BODY_FORM,	/* multipart/form-data with one artifact */
	BODY_JSON,	/* one JSON object, see json_body.h */
};

enum	route_flag {
	ROUTE_FIXED	= 1 << 0,	/* the path as it is, no /api prefix */
	ROUTE_WAIT	= 1 << 1,	/* must be able to wait */
	ROUTE_STORES	= 1 << 2,	/* files may be as large as the registry's */
	ROUTE_METRICS	= 1 << 3,	/* there only if metrics are */
};

struct	route {
	enum method		 method;	/* GET also answers HEAD */
	const char		*path;
	enum action		 action;
	enum route_body		 body;
	unsigned int		 flags;
	const struct field	*fields;	/* NULL: none */
	route_fn		 handle;
};

/*
 * ERR_NOTFOUND; ERR_METHOD sets *allow (static).  *prefix is "" for a fixed
 * path.
 */
enum err	 route_find(enum method, const char *path,
		    const struct route **, const char **prefix,
		    const char **allow);

/* The rows by number, from 0; NULL after the last. */
const struct route *route_at(size_t);
size_t		 route_index(const struct route *);

/* Everything a form may weigh besides the artifact itself. */
#define BODY_FORM_EXTRA	((int64_t)1024 * 1024)
#define BODY_JSON_MAX	((int64_t)1024 * 1024)

#endif /* !FCGI_ROUTE_H */
