/*
 * A request as the rest of the program sees it: the listed variables,
 * copied and checked for length, nothing else of what the server sent.
 */
#ifndef FCGI_REQ_H
#define FCGI_REQ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "mtls.h"

#define REQ_PATH_MAX		256	/* the longest route is far shorter */
#define REQ_QUERY_MAX		8192	/* nginx: large_client_header_buffers */
#define REQ_HEADER_MAX		512	/* any single header value we look at */
#define REQ_TOKEN_MAX		8192	/* a signed token in a header */
#define REQ_ID_MAX		64	/* bytes of X-Request-Id kept */
#define REQ_AGENT_MAX		255	/* bytes of User-Agent kept */
#define REQ_TRACEPARENT_LEN	55	/* W3C Trace Context */

enum	method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

struct	transport;

struct	req {
	enum method	 method;
	bool		 https;
	bool		 auth_only;	/* nginx asks whether to read the body */
	bool		 wants_problem;	/* Accept: application/problem+json */
	bool		 no_wait;	/* the wait pool was full */
	int64_t		 content_length; /* -1: not given */
	char		 path[REQ_PATH_MAX + 1];
	char		 query[REQ_QUERY_MAX + 1];
	char		 content_type[REQ_HEADER_MAX + 1];
	char		 id[REQ_ID_MAX + 1];	/* never empty */
	char		 traceparent[REQ_TRACEPARENT_LEN + 1]; /* "" if none */
	char		 if_none_match[REQ_HEADER_MAX + 1];
	char		 range[REQ_HEADER_MAX + 1];
	char		 if_range[REQ_HEADER_MAX + 1];
	char		 idempotency_key[REQ_HEADER_MAX + 1];
	char		 remote[64];	/* the peer, as nginx saw it */
	/* X-Forwarded-For; "" when it is longer than anybody's. */
	char		 forwarded[REQ_HEADER_MAX + 1];
	char		 client[64];	/* past trusted proxies */
	char		 user_agent[REQ_AGENT_MAX + 1];	/* cut, not refused */
	struct mtls_cert cert;		/* verified by nginx */
	/* Credentials, trimmed; "" if none.  req_clear() wipes them. */
	char		 api_key[REQ_HEADER_MAX + 1];
	char		 api_token[REQ_HEADER_MAX + 1];
	char		 bearer[REQ_TOKEN_MAX + 1];	/* Authorization */
	char		 identity[REQ_TOKEN_MAX + 1];
	char		 approval[REQ_TOKEN_MAX + 1];
};

/*
 * Fills *rq (in any case with an id).  ERR_TOOBIG: a header or the address
 * is too long (the diag's field names it); ERR_INVAL: it is malformed.
 */
enum err	 req_read(const struct transport *, struct req *,
		    struct diag *);

/* Did it carry any credential of ours in its headers? */
bool		 req_has_credentials(const struct req *);
/* Leaves no credential behind in memory. */
void		 req_clear(struct req *);

const char	*method_name(enum method);

#endif /* !FCGI_REQ_H */
