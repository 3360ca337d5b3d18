/*
 * DSSE, the envelope around a signed statement that supply chain tools read
 * (https://github.com/secure-systems-lab/dsse, version 1.0): the signature
 * is over a pre-authentication encoding of the payload and its type, so the
 * bytes can mean nothing else.  Ed25519 only.
 */
#ifndef DOMAIN_DSSE_H
#define DOMAIN_DSSE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/ed25519.h"
#include "base/err.h"
#include "domain/history_trust.h"

#define DSSE_INTOTO	"application/vnd.in-toto+json"
/* The frame of the signer ends here, too. */
#define DSSE_PAYLOAD_MAX	((size_t)768 * 1024)
#define DSSE_ENVELOPE_MAX	(2 * DSSE_PAYLOAD_MAX)
#define DSSE_TYPE_SIZE	128
#define DSSE_SIGS_MAX	8

/* Appends the bytes that are signed. */
enum err	 dsse_pae(const char *type, const void *body, size_t len,
		    struct buf *out);
/*
 * Signs "body" and appends the envelope: compact JSON, one signature, no LF.
 * *seal tells by which key.
 */
enum err	 dsse_sign(const char *type, const void *body, size_t len,
		    history_sign_fn, void *arg, struct history_seal *seal,
		    struct buf *out, struct diag *);

struct	dsse {
	char		 type[DSSE_TYPE_SIZE];
	struct buf	 payload;
	size_t		 nsigs;
	struct {
		char		 keyid[64];	/* a hint, "" without */
		unsigned char	 sig[ED25519_SIG_LEN];
	}		 sig[DSSE_SIGS_MAX];
};

/*
 * Reads any valid envelope, base64 of either alphabet.  ERR_SYNTAX: no JSON;
 * ERR_CORRUPT: members that do not belong, wrong types, no base64.  The
 * caller ends with dsse_clear(), also after an error.
 */
enum err	 dsse_parse(const char *, size_t, struct dsse *,
		    struct diag *);
void		 dsse_clear(struct dsse *);
/*
 * How many different trusted keys have signed it; 0 when "type" is not the
 * envelope's.  The caller compares with the number it wants.
 */
size_t		 dsse_signers(const struct dsse *, const char *type,
		    const struct history_trust *);
/* The envelope as dsse_sign() would write it; for one signature. */
enum err	 dsse_write(const struct dsse *, struct buf *out);

#endif /* !DOMAIN_DSSE_H */
