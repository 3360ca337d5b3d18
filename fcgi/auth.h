/*
 * Who may do what.  One place decides, from the action of the route and
 * what the request carries, before the body is read.  Today the switches
 * for anonymous access are the only way in; credentials join here.
 */
#ifndef FCGI_AUTH_H
#define FCGI_AUTH_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"

enum	action {
	ACTION_NONE,		/* open to everybody: health, catalogue */
	ACTION_VALIDATE,	/* write */
	ACTION_VALIDATE_STATUS,	/* read */
	ACTION_HISTORY_RUNS,	/* read */
	ACTION_HISTORY_ARTIFACTS, /* read */
	ACTION_RUN_REPORT,	/* read */
	ACTION__MAX
};

struct req;

/*
 * ERR_OK sets *subject (static) to the name that rows and logs carry.
 * ERR_UNAUTH otherwise.
 */
enum err	 auth_check(const struct conf *, const struct req *,
		    enum action, const char **subject, struct diag *);

/*
 * Beyond the public gate: may this caller do what the write key is for, such
 * as running commands in guests?
 */
bool		 auth_may_write(const struct conf *, const char *subject);

#endif /* !FCGI_AUTH_H */
