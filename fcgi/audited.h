/*
 * Requests of the registry in the audit stream: what was allowed.  What was
 * refused is auth_audit_denied()'s, and the dispatcher's for everything that
 * goes wrong after the caller was let in.
 */
#ifndef FCGI_AUDITED_H
#define FCGI_AUDITED_H

#include "route.h"
#include "store/store_audit.h"

/* The members of an event that are the request's and the caller's. */
void		 audited_fill(const struct call *, struct audit_event *);
/*
 * Appends the event of an allowed request; "what" has the action and what
 * there is to say, the rest is filled in.  An error is for the reply: what
 * leaves no trace does not happen.
 */
enum err	 audited_allow(struct app *, struct call *,
		    struct audit_event *what);
/*
 * A request of a caller that was let in has failed: "c->d" says why.  Does
 * nothing for other routes, and when the worker has written it already.
 */
void		 audited_failure(struct app *, struct call *);

#endif /* !FCGI_AUDITED_H */
