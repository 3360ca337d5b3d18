#include "jwks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"

/* "key_ops", when it is there, must allow what we do. */
static bool
may_verify(const struct jval *key)
{
	const struct jval	*ops = jval_get(key, "key_ops");

	if (ops == NULL)
		return true;
	for (size_t i = 0; i < jval_len(ops); i++)
		if (strcmp(jval_str(jval_at(ops, i), ""), "verify") == 0)
			return true;
	return false;
}

static bool
is_ours(const struct jval *key)
{
	const char	*alg = jval_get_str(key, "alg", "");
	const char	*use = jval_get_str(key, "use", "");

	return strcmp(jval_get_str(key, "kty", ""), "RSA") == 0 &&
	    (alg[0] == '\0' || strcmp(alg, "RS256") == 0) &&
	    (use[0] == '\0' || strcasecmp(use, "sig") == 0) &&
	    may_verify(key);
}

/* A key that breaks a rule is passed over like one of another kind. */
static enum err
add(struct jwks *s, const struct jval *key)
{
	const char	*n = jval_get_str(key, "n", "");
	const char	*e = jval_get_str(key, "e", "");
	struct buf	 nb = BUF_INIT(JWS_RSA_MAX + 1);
	struct buf	 eb = BUF_INIT(64);
	enum err	 err = ERR_OK;

	if (b64url_decode(n, strlen(n), &nb) != ERR_OK ||
	    b64url_decode(e, strlen(e), &eb) != ERR_OK ||
	    nb.len == 0 || eb.len == 0)
		goto out;
	err = jws_key_rsa(&nb, &eb, &s->keys[s->n].key, NULL);
	if (err == ERR_INVAL) {
		err = ERR_OK;
		goto out;
	}
	if (err != ERR_OK)
		goto out;
	s->keys[s->n].kid = strdup(jval_get_str(key, "kid", ""));
	if (s->keys[s->n].kid == NULL) {
		jws_key_free(s->keys[s->n].key);
		err = ERR_NOMEM;
		goto out;
	}
	s->n++;
out:
	buf_clear(&nb);
	buf_clear(&eb);
	return err;
}

enum err
jwks_read(const struct jval *doc, struct jwks *s, struct diag *d)
{
	const struct jval	*keys = jval_get(doc, "keys");
	enum err		 e = ERR_OK;

	memset(s, 0, sizeof(*s));
	if (jval_len(keys) == 0)
		return diag_set(d, ERR_INVAL, "keys",
		    "the key set has no \"keys\"");
	for (size_t i = 0; i < jval_len(keys) && e == ERR_OK; i++) {
		if (!is_ours(jval_at(keys, i)))
			continue;
		if (s->n == JWKS_KEYS_MAX)
			e = diag_set(d, ERR_INVAL, "keys", "the key set has "
			    "more than %d keys", JWKS_KEYS_MAX);
		else
			e = add(s, jval_at(keys, i));
	}
	if (e != ERR_OK)
		jwks_clear(s);
	return e;
}

void
jwks_clear(struct jwks *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->keys[i].kid);
		jws_key_free(s->keys[i].key);
	}
	memset(s, 0, sizeof(*s));
}

enum err
jwks_find(const struct jwks *s, const struct jws *t,
    const struct jws_key **out, struct diag *d)
{
	if (t->kid[0] == '\0' && s->n == 1) {
		*out = s->keys[0].key;
		return ERR_OK;
	}
	for (size_t i = 0; t->kid[0] != '\0' && i < s->n; i++)
		if (strcmp(s->keys[i].kid, t->kid) == 0) {
			*out = s->keys[i].key;
			return ERR_OK;
		}
	return diag_set(d, ERR_NOTFOUND, NULL, "invalid write identity token: "
	    "%s", t->kid[0] == '\0' ? "it names no key, and the issuer has "
	    "several" : "the issuer has no key of that id");
}
