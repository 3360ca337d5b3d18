/*
 * HTTP as a client: the only file that sees the HTTP library.
 *
 * One transfer follows redirects itself, hop by hop: the address of each is
 * taken apart, its name is resolved once, every address that comes of it is
 * looked at, and the connection goes to one of those and to no other.  So
 * what was checked is what is connected to, and nothing is asked twice.
 *
 * With a guard, that is for an address that somebody else chose, only the
 * public internet is reached and only on the ports that web servers have.
 * Without one it is an operator's address, and where it leads is his affair.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/net.h"

#define HTTP_REDIRECTS_MAX	5
#define HTTP_URL_MAX		2048	/* bytes; of a redirect, too */
/* A name with more addresses is refused when it is guarded. */
#define HTTP_ADDRESSES_MAX	32
#define HTTP_CONNECT_MS		30000
/* A transfer that moves nothing for so long has ended. */
#define HTTP_STALL_MS		30000

struct	http_guard {
	bool		 internal;	/* the operator allows every address */
	struct net_list	 allow;		/* internal networks he allows */
	/*
	 * For tests: names are looked up here instead of in the system's
	 * resolver.  As getaddrinfo(3); *res goes to freeaddrinfo(3).  What
	 * it says is checked like any other answer.
	 */
	int		(*resolve)(const char *host, const char *port,
			    const struct addrinfo *hints,
			    struct addrinfo **res);
};

struct	http_want {
	const char	*url;
	const char	*accept;	/* a media type; NULL: anything */
	const char	*ca_path;	/* authorities (PEM); NULL or "": the
					   system's */
	int64_t		 timeout_ms;	/* all of it, redirects too */
	bool		 plain;		/* http is taken as well as https; a
					   redirect from https to it never */
	const struct http_guard *guard;	/* NULL: an operator's address */
	/*
	 * For the address named above only, not for where it redirects to.
	 * With "body" it is a POST, and a redirect is an error.  Each header
	 * is a whole line; NULL ends them.
	 */
	const char	*const *headers;
	const char	*body;
	size_t		 body_len;	/* 0: up to its NUL */
	const char	*content_type;	/* NULL: application/json */
	const char	*cert, *key;	/* our certificate (PEM), or NULL */
};

/*
 * The body of an answer goes to "body", whose maximum holds.  ERR_TIMEOUT,
 * ERR_TOOBIG, ERR_PROTO (another scheme, no address, too many redirects, a
 * status outside of 2xx), ERR_UNAVAILABLE (no connection, or no certificate
 * to believe), ERR_DENIED (an address the guard does not let through; the
 * message does not say which).  "status" may be NULL; with it, an answer of
 * any status is ERR_OK.  Without a guard "https_proxy" and its like count.
 */
enum err	 http_get(const struct http_want *, struct buf *body,
		    int *status, struct diag *);

/*
 * The same into an empty file, at most "max" bytes.  A transfer that breaks
 * off is taken up again where it stopped if the server names its content by
 * a strong ETag, else from the start; also after an answer that asks for
 * patience (429, 502, 503, 504), a few times while time is left.
 */
enum err	 http_file(const struct http_want *, int fd, int64_t max,
		    struct diag *);

#endif /* !BASE_HTTP_H */
