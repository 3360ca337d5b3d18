#include "identity.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/timefmt.h"
#include "claims.h"
#include "jws.h"
#include "keyset.h"

#define SETS_MAX	3

struct	identity {
	const struct conf *conf;
	struct jws_key	*secret;	/* NULL: HS256 is not accepted */
	struct keyset	*sets[SETS_MAX];
	size_t		 nsets;		/* none: RS256 is not accepted */
	const char	*issuer;	/* "" for any */
};

const char *
identity_discovery(const struct conf *c)
{
	if (c->oidc_issuer[0] != '\0')
		return c->oidc_issuer;
	return strncasecmp(c->jwt_issuer, "https://", 8) == 0 ?
	    c->jwt_issuer : "";
}

enum err
identity_new(const struct conf *c, struct identity **out, struct diag *d)
{
	const struct {
		enum keyset_kind kind;
		const char	*where;
	} sources[SETS_MAX] = {
		{ KEYSET_URL, c->jwks_url },
		{ KEYSET_FILE, c->jwks_path },
		{ KEYSET_OIDC, identity_discovery(c) },
	};
	struct identity	*id;
	enum err	 e = ERR_OK;

	if ((id = calloc(1, sizeof(*id))) == NULL)
		return ERR_NOMEM;
	id->conf = c;
	id->issuer = c->jwt_issuer[0] != '\0' ? c->jwt_issuer :
	    identity_discovery(c);
	if (c->jwt_secret[0] != '\0')
		e = jws_key_secret(c->jwt_secret, strlen(c->jwt_secret),
		    &id->secret);
	for (size_t i = 0; i < SETS_MAX && e == ERR_OK; i++)
		if (sources[i].where[0] != '\0' &&
		    (e = keyset_new(c, sources[i].kind, sources[i].where,
		    &id->sets[id->nsets], d)) == ERR_OK)
			id->nsets++;
	if (e != ERR_OK) {
		identity_free(id);
		return e;
	}
	*out = id;
	return ERR_OK;
}

void
identity_free(struct identity *id)
{
	if (id == NULL)
		return;
	for (size_t i = 0; i < id->nsets; i++)
		keyset_free(id->sets[i]);
	jws_key_free(id->secret);
	free(id);
}

bool
identity_configured(const struct identity *id)
{
	return id->secret != NULL || id->nsets > 0;
}

static enum err
not_accepted(struct diag *d)
{
	return diag_set(d, ERR_UNAUTH, NULL, "invalid write identity token: "
	    "its algorithm is not accepted");
}

/* The first source that knows the key decides; no answer is no "no". */
static enum err
by_sets(struct identity *id, const struct jws *t, struct buf *payload,
    struct diag *d, struct diag *log)
{
	struct diag	 one = DIAG_INIT;
	enum err	 e, worst = ERR_UNAUTH;

	if (id->nsets == 0)
		return not_accepted(d);
	for (size_t i = 0; i < id->nsets; i++) {
		e = keyset_verify(id->sets[i], t, payload, &one, log);
		if (e == ERR_OK)
			return e;
		if (i == 0 || e != ERR_UNAUTH) {
			*d = one;
			worst = e;
		}
	}
	return worst;
}

enum err
identity_verify(struct identity *id, const char *token, struct principal *who,
    struct diag *d, struct diag *log)
{
	struct buf	 payload = BUF_INIT(JWS_TOKEN_MAX);
	struct jval	*claims = NULL;
	struct jws	 t;
	enum err	 e;

	if ((e = jws_read(token, &t, d)) != ERR_OK)
		return e;
	if (t.alg == JWS_RS256)
		e = by_sets(id, &t, &payload, d, log);
	else if (id->secret == NULL)
		e = not_accepted(d);
	else
		e = jws_verify(&t, id->secret, &payload, d);
	if (e == ERR_OK && (payload.len == 0 || jval_parse(payload.data,
	    payload.len, &claims, NULL) != ERR_OK))
		e = diag_set(d, ERR_UNAUTH, NULL, "invalid write identity "
		    "token: its claims cannot be read");
	if (e == ERR_OK)
		e = claims_read(claims, id->issuer, id->conf->jwt_audience,
		    time_now_ms() / 1000, who, d);
	jval_free(claims);
	buf_clear(&payload);
	return e;
}
