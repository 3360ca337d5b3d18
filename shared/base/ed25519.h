/*
 * Ed25519 signatures (RFC 8032, plain: no pre-hash, no context), over
 * libsodium.  A secret key lives in memory that is locked and wiped.
 */
#ifndef BASE_ED25519_H
#define BASE_ED25519_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define ED25519_SEED_LEN	32
#define ED25519_PUBLIC_LEN	32
#define ED25519_SIG_LEN		64
/* Hex of the first 6 bytes of SHA-256 over the public key, and the NUL. */
#define ED25519_KEY_ID_SIZE	13

struct ed25519_key;	/* a secret key and its public half */

/* A fresh one.  The caller frees it. */
enum err	 ed25519_new(struct ed25519_key **);
/*
 * From base64 text of a seed (32 bytes) or of seed and public key (64
 * bytes); white space around is skipped.  ERR_SYNTAX when it is no base64
 * or of another length, ERR_CORRUPT when the public half does not belong
 * to the seed.
 */
enum err	 ed25519_from_text(const char *, size_t len,
		    struct ed25519_key **, struct diag *);
/* Appends base64 of seed and public key; wipe the buffer after use. */
enum err	 ed25519_text(const struct ed25519_key *, struct buf *);
void		 ed25519_free(struct ed25519_key *);

/* ED25519_PUBLIC_LEN bytes; valid as long as the key. */
const unsigned char *ed25519_public(const struct ed25519_key *);
enum err	 ed25519_sign(const struct ed25519_key *, const void *, size_t,
		    unsigned char sig[static ED25519_SIG_LEN]);
/* False for a key of small order and for a signature that is not canonical. */
bool		 ed25519_verify(
		    const unsigned char pub[static ED25519_PUBLIC_LEN],
		    const void *, size_t,
		    const unsigned char sig[static ED25519_SIG_LEN]);
void		 ed25519_key_id(
		    const unsigned char pub[static ED25519_PUBLIC_LEN],
		    char id[static ED25519_KEY_ID_SIZE]);

#endif /* !BASE_ED25519_H */
