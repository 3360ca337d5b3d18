/*
 * Where public keys of an issuer come from: a file, an address, or discovery
 * (OpenID Connect), and what is kept of them.
 *
 * Nothing here talks to a network.  What was fetched lies in a file below the
 * cache folder, shared by all processes; "bpfcompat-keys" fetches, one at a
 * time, and notes each try in that file.  So however many tokens of no worth
 * arrive, the issuer is asked
 *  - once per life time of what it last said,
 *  - again KEYSET_RETRY_MS after it did not answer, no sooner,
 *  - and once in KEYSET_FORCE_MS when a token fits no key that is known,
 *    which is what a change of keys looks like.
 * Keys that could not be renewed count for one more life time.
 */
#ifndef FCGI_KEYSET_H
#define FCGI_KEYSET_H

#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "jws.h"

#define KEYSET_RETRY_MS	((int64_t)10 * 1000)
#define KEYSET_FORCE_MS	((int64_t)30 * 1000)

enum	keyset_kind { KEYSET_FILE, KEYSET_URL, KEYSET_OIDC };

struct keyset;

/* "where" is a path or an https address; ERR_INVAL names the variable. */
enum err	 keyset_new(const struct conf *, enum keyset_kind,
		    const char *where, struct keyset **, struct diag *);
void		 keyset_free(struct keyset *);

/*
 * Verifies with a key of this source.  ERR_UNAUTH: no key of it has signed
 * this; ERR_UNAVAILABLE: its keys are not known right now, "log" says why.
 */
enum err	 keyset_verify(struct keyset *, const struct jws *,
		    struct buf *payload, struct diag *, struct diag *log);

#endif /* !FCGI_KEYSET_H */
