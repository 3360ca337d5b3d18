/*
 * A set of public keys (RFC 7517): of what an issuer publishes, the RSA keys
 * that may sign tokens with RS256.  Other keys in it are passed over.
 */
#ifndef FCGI_JWKS_H
#define FCGI_JWKS_H

#include <stddef.h>

#include "base/err.h"
#include "base/json_in.h"
#include "jws.h"

#define JWKS_TEXT_MAX	((size_t)256 * 1024)
#define JWKS_KEYS_MAX	64

struct	jwks {
	size_t		 n;
	struct {
		char		*kid;	/* "" if none */
		struct jws_key	*key;
	} keys[JWKS_KEYS_MAX];
};

/*
 * ERR_INVAL: no "keys", none in it, or too many of ours.  On any error the
 * set is empty.
 */
enum err	 jwks_read(const struct jval *doc, struct jwks *,
		    struct diag *);
void		 jwks_clear(struct jwks *);

/*
 * The key a token may be signed with.  ERR_NOTFOUND: none of that id, or the
 * token names none and there are several.
 */
enum err	 jwks_find(const struct jwks *, const struct jws *,
		    const struct jws_key **, struct diag *);

#endif /* !FCGI_JWKS_H */
