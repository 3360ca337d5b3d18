/*
 * Identity tokens: which sources of keys there are, and who a token says it
 * is.
 */
#ifndef FCGI_IDENTITY_H
#define FCGI_IDENTITY_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "principal.h"

struct identity;

/* ERR_INVAL names a variable: a server with that must not start. */
enum err	 identity_new(const struct conf *, struct identity **,
		    struct diag *);
void		 identity_free(struct identity *);

/* Is anything configured that tokens could be checked with? */
bool		 identity_configured(const struct identity *);
/*
 * The issuer that discovery is made at; "" for none.  "conf" says it either
 * as such, or as an expected issuer with an https address.
 */
const char	*identity_discovery(const struct conf *);

/*
 * ERR_UNAUTH: the token is wrong; ERR_UNAVAILABLE: no telling, "log" (empty
 * otherwise) says why.
 */
enum err	 identity_verify(struct identity *, const char *token,
		    struct principal *, struct diag *, struct diag *log);

#endif /* !FCGI_IDENTITY_H */
