#include "auth.h"

#include <string.h>

#include "req.h"

#define ANONYMOUS	"anonymous"

/* The seed's switches (spec: write switch opens reads as well). */
static bool
anonymous_ok(const struct conf *c, enum action a)
{
	switch (a) {
	case ACTION_NONE:
		return true;
	case ACTION_VALIDATE:
		return c->anon_validate || c->anon_write;
	case ACTION_VALIDATE_STATUS:
		return c->anon_read || c->anon_write || c->anon_validate;
	case ACTION_HISTORY_RUNS:
	case ACTION_HISTORY_ARTIFACTS:
	case ACTION_RUN_REPORT:
		return c->anon_read || c->anon_write;
	case ACTION__MAX:
		break;
	}
	return false;
}

enum err
auth_check(const struct conf *c, const struct req *rq, enum action a,
    const char **subject, struct diag *d)
{
	(void)rq;	/* its credentials count for nothing yet */
	if (anonymous_ok(c, a)) {
		*subject = ANONYMOUS;
		return ERR_OK;
	}
	return diag_set(d, ERR_UNAUTH, NULL,
	    "this server does not allow anonymous access to this route");
}

bool
auth_may_write(const struct conf *c, const char *subject)
{
	return c->anon_write || strcmp(subject, ANONYMOUS) != 0;
}
