/*
 * How much one caller may ask for.  Called by the dispatcher and nobody
 * else, but for the gates of runtime execute, which count at their own place.
 *
 * Two kinds of limits (store/store_limit.h):
 *  - wrong credentials, by address: before credentials are looked at.  One
 *    that was right from this address within a day goes on counting, so a
 *    flood does not lock out who shares the attacker's address.
 *  - requests of a known caller, by subject, tenant, project and action:
 *    those of the registry, and those that start work.  Anonymous callers
 *    count by address.
 *
 * When the database does not answer nothing is limited: whatever costs
 * something needs it, too.
 */
#ifndef FCGI_LIMITS_H
#define FCGI_LIMITS_H

#include "action.h"
#include "app.h"
#include "base/err.h"
#include "principal.h"

struct call;

/*
 * ERR_LIMITED: this address has sent too many wrong credentials, and these are
 * not known to be right.
 */
enum err	 limits_login(struct app *, struct call *);
/* What became of the credentials: counts a wrong one, remembers a right one. */
void		 limits_login_result(struct app *, const struct call *,
		    enum err);

/*
 * Takes one of what call->who may do, as the action's limit says; tenant and
 * project are "" outside of the registry.  ERR_LIMITED when there is none left.
 * The reply tells both in its headers.
 */
enum err	 limits_action(struct app *, struct call *, enum action,
		    const char *tenant, const char *project);

/* Who asks, as it is counted: a known caller's name, else the address. */
#define LIMITS_CALLER_SIZE	(PRINCIPAL_NAME_MAX + 16)
void		 limits_caller(const struct call *,
		    char [static LIMITS_CALLER_SIZE]);
/*
 * How an address is counted: IPv4 as it is, IPv6 by its /64, which is what
 * one customer of a provider has.
 */
void		 limits_address(const char *address, char *out, size_t size);

#endif /* !FCGI_LIMITS_H */
