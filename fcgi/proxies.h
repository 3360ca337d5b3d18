/* Which peers may say for whom they speak (X-Forwarded-For). */
#ifndef FCGI_PROXIES_H
#define FCGI_PROXIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct proxies;

/*
 * Addresses and networks ("10.0.0.0/8", "::1", "unix:" for a local socket)
 * by commas; ERR_INVAL names the one that is none.
 */
enum err	 proxies_new(const char *list, struct proxies **,
		    struct diag *);
void		 proxies_free(struct proxies *);

/*
 * The client's address: the peer's, or if that is trusted the rightmost of
 * "forwarded" that is an address and not trusted.
 */
void		 proxies_client(const struct proxies *, const char *peer,
		    const char *forwarded, char *out, size_t size);

#endif /* !FCGI_PROXIES_H */
