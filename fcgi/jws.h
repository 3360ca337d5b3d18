/*
 * Signed tokens (RFC 7515, compact form) and the keys they are signed with;
 * the only file that sees the JOSE library.
 *
 * Two algorithms exist here, and a key is of one of them from the start, so
 * a token cannot choose how it is checked: HS256 with a secret, RS256 with a
 * public RSA key.  What a header says of keys (jwk, jku, x5c, x5u) counts
 * for nothing; "crit" is refused, as no extension is understood.
 */
#ifndef FCGI_JWS_H
#define FCGI_JWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define JWS_TOKEN_MAX	8192	/* bytes; as a request header may have */
#define JWS_KID_MAX	256
#define JWS_RSA_MIN	256	/* bytes of a modulus: 2048 bits */
#define JWS_RSA_MAX	1024	/* 8192 bits: more only costs time */

enum	jws_alg { JWS_HS256, JWS_RS256 };

/* A token taken apart, not yet believed.  Points into the caller's text. */
struct	jws {
	const char	*token;
	size_t		 len;
	size_t		 sig_len;	/* bytes of the signature */
	enum jws_alg	 alg;
	char		 kid[JWS_KID_MAX + 1];	/* "" if none */
};

struct jws_key;

/* ERR_UNAUTH says what is wrong with form or header. */
enum err	 jws_read(const char *token, struct jws *, struct diag *);
/*
 * ERR_OK appends what was signed to "payload".  ERR_UNAUTH: not signed with
 * this key, or the key is of another algorithm.
 */
enum err	 jws_verify(const struct jws *, const struct jws_key *,
		    struct buf *payload, struct diag *);

/* The keys are the caller's, jws_key_free(). */
enum err	 jws_key_secret(const void *, size_t, struct jws_key **);
/*
 * Modulus and exponent, big-endian.  ERR_INVAL: too short, too long, or no
 * exponent an RSA key has.
 */
enum err	 jws_key_rsa(const struct buf *n, const struct buf *e,
		    struct jws_key **, struct diag *);
void		 jws_key_free(struct jws_key *);

#endif /* !FCGI_JWS_H */
