/*
 * Client certificates.  nginx checks them against its authorities and says
 * whose they are in parameters of its own (SSL_CLIENT_...), which no header
 * of a request can become; the identity map says what that makes of them:
 *
 *	{ "identities": [ {
 *	    "certificate_subject": "CN=agent-7,O=Acme",
 *	    "common_name": "agent-7", "serial_hex": "1f3a",
 *	    "organization": ["Acme"],
 *	    "subject": "svc-agent-7", "tenant": "acme",
 *	    "projects": ["demo"], "scopes": [], "roles": [] } ] }
 *
 * An entry has at least one of the first four, and all it has must fit; the
 * first that fits counts.  A map with a wrong entry counts for nothing.
 */
#ifndef FCGI_MTLS_H
#define FCGI_MTLS_H

#include <stddef.h>

#include "base/err.h"
#include "principal.h"

#define MTLS_MAP_MAX	((size_t)1024 * 1024)
#define MTLS_DN_MAX	1024

/* A certificate nginx has verified. */
struct	mtls_cert {
	char	 subject[MTLS_DN_MAX + 1];	/* RFC 2253; "" for none */
	char	 serial[128];			/* hex */
};

struct mtls_map;

enum err	 mtls_map_new(const char *path, struct mtls_map **);
void		 mtls_map_free(struct mtls_map *);

/*
 * Fills *who.  ERR_DENIED: verified, but not in the map; ERR_UNAVAILABLE:
 * the map cannot be used, "log" says why.  The file is read again when it
 * has changed.
 */
enum err	 mtls_identify(struct mtls_map *, const struct mtls_cert *,
		    struct principal *who, struct diag *, struct diag *log);
/* Is the map readable and right? */
enum err	 mtls_map_check(struct mtls_map *, struct diag *);

/* Has the name an attribute ("CN", "O") of this value? */
bool		 mtls_dn_has(const char *dn, const char *type,
		    const char *value);

#endif /* !FCGI_MTLS_H */
