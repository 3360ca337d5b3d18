/*
 * One GET by https, bounded in size and time; the only file that sees the
 * HTTP library.  For addresses an operator configured: it does not ask where
 * a name leads.
 */
#ifndef BASE_HTTP_GET_H
#define BASE_HTTP_GET_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define HTTP_REDIRECTS_MAX	3

struct	http_want {
	const char	*url;		/* https */
	const char	*accept;	/* a media type */
	const char	*ca_path;	/* authorities (PEM); "": the system's */
	int64_t		 timeout_ms;	/* all of it, redirects too */
};

/*
 * The body of a 200 goes to "body", whose maximum holds.  No redirect leaves
 * https.  ERR_TIMEOUT, ERR_TOOBIG, ERR_PROTO (another status or scheme),
 * ERR_UNAVAILABLE (no connection, or no certificate to believe).
 * "https_proxy" and its like count.
 */
enum err	 http_get(const struct http_want *, struct buf *body,
		    struct diag *);

#endif /* !BASE_HTTP_GET_H */
