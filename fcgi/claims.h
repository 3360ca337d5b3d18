/*
 * What a verified token says of its bearer, held against what the operator
 * expects of it.
 */
#ifndef FCGI_CLAIMS_H
#define FCGI_CLAIMS_H

#include "base/conf.h"
#include "base/json_in.h"
#include "principal.h"

/*
 * Fills *who from the claims.  "issuer" is what iss must be ("": anything),
 * "now" seconds since the epoch.  ERR_UNAUTH names the claim.
 */
enum err	 claims_read(const struct jval *claims, const char *issuer,
		    const char *audience, int64_t now,
		    struct principal *who, struct diag *);
/* The same address, but for blanks around it and one slash at its end? */
bool		 claims_same_issuer(const char *, const char *);

#endif /* !FCGI_CLAIMS_H */
