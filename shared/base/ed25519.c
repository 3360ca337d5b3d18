#include "base/ed25519.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"

/* How libsodium lays a secret key out: seed, then public key. */
struct	ed25519_key {
	unsigned char	 secret[crypto_sign_SECRETKEYBYTES];
};

_Static_assert(ED25519_SEED_LEN == crypto_sign_SEEDBYTES, "seed");
_Static_assert(ED25519_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "public");
_Static_assert(ED25519_SIG_LEN == crypto_sign_BYTES, "signature");

static enum err
key_alloc(struct ed25519_key **out)
{
	/* May be called again; negative only when there is no randomness. */
	if (sodium_init() == -1)
		return ERR_INTERNAL;
	if ((*out = sodium_malloc(sizeof(**out))) == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

enum err
ed25519_new(struct ed25519_key **out)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	enum err	 e;

	if ((e = key_alloc(out)) == ERR_OK)
		crypto_sign_keypair(pub, (*out)->secret);
	return e;
}

/* "raw" is a seed, with or without the public key behind it. */
static enum err
key_from_raw(const unsigned char *raw, size_t len, struct ed25519_key **out,
    struct diag *d)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	enum err	 e;

	if (len != ED25519_SEED_LEN && len != crypto_sign_SECRETKEYBYTES)
		return diag_set(d, ERR_SYNTAX, NULL, "a private key has 32 or "
		    "64 bytes, this one has %zu", len);
	if ((e = key_alloc(out)) != ERR_OK)
		return e;
	crypto_sign_seed_keypair(pub, (*out)->secret, raw);
	if (len == ED25519_SEED_LEN ||
	    memcmp(raw + ED25519_SEED_LEN, pub, sizeof(pub)) == 0)
		return ERR_OK;
	ed25519_free(*out);
	*out = NULL;
	return diag_set(d, ERR_CORRUPT, NULL, "the public half of the private "
	    "key does not belong to its seed; restore the key file");
}

enum err
ed25519_from_text(const char *text, size_t len, struct ed25519_key **out,
    struct diag *d)
{
	struct buf	 raw = BUF_INIT(4096);
	enum err	 e;

	*out = NULL;
	if ((e = b64_decode(text, len, &raw)) != ERR_OK)
		diag_set(d, e, NULL, "a private key is one line of base64");
	else
		e = key_from_raw((const unsigned char *)buf_str(&raw),
		    raw.len, out, d);
	if (raw.data != NULL)
		sodium_memzero(raw.data, raw.cap);
	buf_clear(&raw);
	return e;
}

enum err
ed25519_text(const struct ed25519_key *k, struct buf *out)
{
	return b64_encode(k->secret, sizeof(k->secret), out);
}

void
ed25519_free(struct ed25519_key *k)
{
	sodium_free(k);
}

const unsigned char *
ed25519_public(const struct ed25519_key *k)
{
	return k->secret + ED25519_SEED_LEN;
}

enum err
ed25519_sign(const struct ed25519_key *k, const void *p, size_t len,
    unsigned char sig[static ED25519_SIG_LEN])
{
	return crypto_sign_detached(sig, NULL, p, len, k->secret) == 0 ?
	    ERR_OK : ERR_INTERNAL;
}

bool
ed25519_verify(const unsigned char pub[static ED25519_PUBLIC_LEN],
    const void *p, size_t len,
    const unsigned char sig[static ED25519_SIG_LEN])
{
	return crypto_sign_verify_detached(sig, p, len, pub) == 0;
}

void
ed25519_key_id(const unsigned char pub[static ED25519_PUBLIC_LEN],
    char id[static ED25519_KEY_ID_SIZE])
{
	char	 hex[SHA256_HEX_SIZE];

	if (sha256_mem(pub, ED25519_PUBLIC_LEN, hex) != ERR_OK)
		hex[0] = '\0';
	memcpy(id, hex, ED25519_KEY_ID_SIZE - 1);
	id[ED25519_KEY_ID_SIZE - 1] = '\0';
}
