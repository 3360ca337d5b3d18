#include "jws.h"

#include <cjose/cjose.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_in.h"

#define HEADER_MAX	((size_t)2048)	/* a header is some 100 bytes */
#define EXPONENT_MAX	8		/* bytes */

struct	jws_key {
	enum jws_alg	 alg;
	cjose_jwk_t	*jwk;
};

/* --- taking a token apart --------------------------------------------------- */

static const struct {
	const char	*name;
	enum jws_alg	 alg;
} algs[] = {
	{ "HS256", JWS_HS256 },
	{ "RS256", JWS_RS256 },
};

static enum err
bad(struct diag *d, const char *why)
{
	return diag_set(d, ERR_UNAUTH, NULL,
	    "invalid write identity token: %s", why);
}

static enum err
read_alg(const struct jval *header, struct jws *t, struct diag *d)
{
	const char	*alg = jval_get_str(header, "alg", "");

	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (strcmp(alg, algs[i].name) == 0) {
			t->alg = algs[i].alg;
			return ERR_OK;
		}
	return bad(d, "its algorithm is not accepted");
}

/* Even "crit": null would be one, which jval_get() does not tell. */
static enum err
not_crit(const char *key, const struct jval *j, void *arg)
{
	(void)j;
	(void)arg;
	return strcmp(key, "crit") == 0 ? ERR_UNAUTH : ERR_OK;
}

static enum err
read_header(const struct jval *header, struct jws *t, struct diag *d)
{
	const struct jval	*kid = jval_get(header, "kid");
	const char		*s = jval_str(kid, "");

	if (jval_type(header) != JVAL_OBJ)
		return bad(d, "its header is no JSON object");
	if (jval_each(header, not_crit, NULL) != ERR_OK)
		return bad(d, "its header demands an extension");
	if (kid != NULL && jval_type(kid) != JVAL_STR)
		return bad(d, "its key id is no string");
	if (strlen(s) > JWS_KID_MAX)
		return bad(d, "its key id is too long");
	memcpy(t->kid, s, strlen(s) + 1);
	return read_alg(header, t, d);
}

/* The library is lenient about what stands around the digits. */
static bool
digits_only(const char *s, size_t len, size_t *bytes)
{
	struct buf	 b = BUF_INIT(JWS_TOKEN_MAX);
	bool		 ok = b64url_decode(s, len, &b) == ERR_OK;

	*bytes = b.len;
	buf_clear(&b);
	return ok;
}

enum err
jws_read(const char *token, struct jws *t, struct diag *d)
{
	struct buf	 text = BUF_INIT(HEADER_MAX);
	struct jval	*header = NULL;
	const char	*one, *two;
	enum err	 e;

	memset(t, 0, sizeof(*t));
	t->token = token;
	t->len = strlen(token);
	if (t->len > JWS_TOKEN_MAX)
		return bad(d, "it is too long");
	if ((one = strchr(token, '.')) == NULL ||
	    (two = strchr(one + 1, '.')) == NULL ||
	    strchr(two + 1, '.') != NULL)
		return bad(d, "it has not three parts");
	if (!digits_only(one + 1, (size_t)(two - one - 1), &t->sig_len) ||
	    !digits_only(two + 1, strlen(two + 1), &t->sig_len))
		return bad(d, "it is not written in base64url");
	if (b64url_decode(token, (size_t)(one - token), &text) != ERR_OK ||
	    text.len == 0 ||
	    jval_parse(text.data, text.len, &header, NULL) != ERR_OK)
		e = bad(d, "its header cannot be read");
	else
		e = read_header(header, t, d);
	jval_free(header);
	buf_clear(&text);
	return e;
}

/* --- verifying -------------------------------------------------------------- */

enum err
jws_verify(const struct jws *t, const struct jws_key *k, struct buf *payload,
    struct diag *d)
{
	cjose_err	 ce;
	cjose_jws_t	*jws;
	uint8_t		*text;
	size_t		 len;
	enum err	 e = ERR_OK;

	if (t->alg != k->alg)
		return bad(d, "its algorithm is not that of the key");
	/* The library compares an HMAC without a look at its length. */
	if (t->alg == JWS_HS256 && t->sig_len != SHA256_LEN)
		return bad(d, "its signature is wrong");
	if ((jws = cjose_jws_import(t->token, t->len, &ce)) == NULL)
		return ce.code == CJOSE_ERR_NO_MEMORY ? ERR_NOMEM :
		    bad(d, "it cannot be read");
	if (!cjose_jws_verify(jws, k->jwk, &ce))
		e = ce.code == CJOSE_ERR_NO_MEMORY ? ERR_NOMEM :
		    bad(d, "its signature is wrong");
	else if (!cjose_jws_get_plaintext(jws, &text, &len, &ce))
		e = bad(d, "it cannot be read");
	else
		e = buf_add(payload, text, len);
	cjose_jws_release(jws);
	return e;
}

/* --- keys ---------------------------------------------------------------------*/

static enum err
key_new(enum jws_alg alg, cjose_jwk_t *jwk, struct jws_key **out)
{
	struct jws_key	*k;

	if (jwk == NULL)
		return ERR_NOMEM;
	if ((k = calloc(1, sizeof(*k))) == NULL) {
		cjose_jwk_release(jwk);
		return ERR_NOMEM;
	}
	k->alg = alg;
	k->jwk = jwk;
	*out = k;
	return ERR_OK;
}

enum err
jws_key_secret(const void *p, size_t len, struct jws_key **out)
{
	cjose_err	 ce;

	return key_new(JWS_HS256, cjose_jwk_create_oct_spec(p, len, &ce),
	    out);
}

/* Bytes without the zeros in front. */
static const char *
strip(const struct buf *b, size_t *len)
{
	const char	*p = b->data;

	for (*len = b->len; *len > 0 && *p == '\0'; p++)
		(*len)--;
	return p;
}

enum err
jws_key_rsa(const struct buf *n, const struct buf *e, struct jws_key **out,
    struct diag *d)
{
	cjose_jwk_rsa_keyspec	 spec;
	cjose_err		 ce;
	size_t			 nlen, elen;
	const char		*np = strip(n, &nlen), *ep = strip(e, &elen);

	/* A modulus of 2048 bits has its top bit set, or is shorter. */
	if (nlen < JWS_RSA_MIN || nlen > JWS_RSA_MAX ||
	    (nlen == JWS_RSA_MIN && (np[0] & 0x80) == 0) ||
	    (np[nlen - 1] & 1) == 0)
		return diag_set(d, ERR_INVAL, "n",
		    "an RSA key must have 2048 to 8192 bits");
	if (elen == 0 || elen > EXPONENT_MAX || (ep[elen - 1] & 1) == 0 ||
	    (elen == 1 && ep[0] == 1))
		return diag_set(d, ERR_INVAL, "e",
		    "an RSA key must have an odd exponent from 3 on");
	memset(&spec, 0, sizeof(spec));
	spec.n = (uint8_t *)(uintptr_t)np;
	spec.nlen = nlen;
	spec.e = (uint8_t *)(uintptr_t)ep;
	spec.elen = elen;
	return key_new(JWS_RS256, cjose_jwk_create_RSA_spec(&spec, &ce), out);
}

void
jws_key_free(struct jws_key *k)
{
	if (k == NULL)
		return;
	cjose_jwk_release(k->jwk);
	free(k);
}
