/*
 * Who may do what.  One place decides, from the action of the route and what
 * the request carries, before the body is read.
 *
 * An action of the registry is decided in two steps: auth_check() before
 * anything of the body is read, auth_registry() as soon as tenant and project
 * are known, and before a byte of the artifact is kept.
 */
#ifndef FCGI_AUTH_H
#define FCGI_AUTH_H

#include <stdbool.h>

#include "action.h"
#include "app.h"
#include "base/err.h"
#include "principal.h"

struct call;
struct req;

/*
 * Fills *who in any case.  ERR_UNAUTH: no or wrong credentials; ERR_DENIED:
 * a known caller who may not; ERR_UNAVAILABLE: nothing is configured that
 * could tell, or the issuer's keys cannot be had.
 */
enum err	 auth_check(struct app *, const struct req *, enum action,
		    struct principal *who, struct diag *);

/*
 * May call->who do "a" in this tenant and project ("": the whole tenant)?
 * On ERR_OK call->who is the holder of the registry token.
 */
enum err	 auth_registry(struct app *, struct call *, enum action a,
		    const char *tenant, const char *project);

/*
 * The steps of these, for the gates of runtime execute: whose identity token
 * it is; whether an identity has the scopes and roles an action demands (of
 * others nothing is demanded); whether a registry action demands an identity
 * besides its token.
 */
enum err	 auth_identity(struct app *, const struct req *,
		    struct principal *, struct diag *);
enum err	 auth_claims(const struct conf *, const struct principal *,
		    enum action, struct diag *);
bool		 auth_needs_identity(const struct conf *, enum action);
/* An identity bound to a tenant or projects stays within them. */
enum err	 auth_bound(const struct principal *, const char *tenant,
		    const char *project, struct diag *);

/* Authorization, or what older clients send; "" for none. */
const char	*auth_registry_token(const struct req *);
/*
 * A refusal (call->d) for the audit; tenant and project may be "".  A
 * failure to write it is logged.
 */
void		 auth_audit_denied(struct app *, struct call *, enum action,
		    const char *tenant, const char *project);

/*
 * Beyond the public gate: may this caller do what the write key is for, such
 * as running commands in guests?
 */
bool		 auth_may_write(const struct conf *,
		    const struct principal *);

#endif /* !FCGI_AUTH_H */
