/*
 * What comes in headers that say who asks: tokens, their claims, key sets,
 * names of certificates, forwarded addresses.  Nothing made up is believed.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#include "base/buf.h"
#include "fcgi/claims.h"
#include "fcgi/jwks.h"
#include "fcgi/jws.h"
#include "fcgi/mtls.h"
#include "fcgi/proxies.h"

static void
token(const char *s)
{
	static struct jws_key	*key;
	struct buf		 payload = BUF_INIT(JWS_TOKEN_MAX);
	struct diag		 d = DIAG_INIT;
	struct jws		 t;

	if (key == NULL)
		MUST(jws_key_secret("0123456789abcdef0123456789abcdef", 32,
		    &key) == ERR_OK);
	if (jws_read(s, &t, &d) == ERR_OK) {
		MUST(t.len <= JWS_TOKEN_MAX && strlen(t.kid) <= JWS_KID_MAX);
		MUST(jws_verify(&t, key, &payload, &d) != ERR_OK);
		MUST(payload.len == 0);
	} else {
		MUST(d.msg[0] != '\0');
	}
	buf_clear(&payload);
}

static void
names_ok(const struct names *n)
{
	size_t	 count = 0;

	for (const char *s = NULL; (s = names_next(n, s)) != NULL; count++)
		MUST(s[0] != '\0' && strlen(s) <= PRINCIPAL_NAME_MAX);
	MUST(count == n->n && n->used <= sizeof(n->text));
}

static void
document(const char *s, size_t len)
{
	struct principal	 who;
	struct jval		*doc = NULL;
	struct jwks		 keys;

	if (jval_parse(s, len, &doc, NULL) != ERR_OK)
		return;
	principal_init(&who, "");
	if (claims_read(doc, "", "", 1000, &who, NULL) == ERR_OK)
		MUST(who.subject[0] != '\0' && who.can_read);
	names_ok(&who.projects);
	names_ok(&who.scopes);
	names_ok(&who.roles);
	if (jwks_read(doc, &keys, NULL) == ERR_OK)
		jwks_clear(&keys);
	jval_free(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char		*s = fuzz_string(p, len), out[64];
	struct proxies	*px = NULL;

	token(s);
	document(s, len);
	(void)mtls_dn_has(s, "CN", "agent");
	MUST(proxies_new("10.0.0.0/8,::1", &px, NULL) == ERR_OK);
	proxies_client(px, "10.0.0.1", s, out, sizeof(out));
	MUST(out[0] != '\0');
	proxies_free(px);
	px = NULL;
	if (proxies_new(s, &px, NULL) == ERR_OK)
		proxies_free(px);
	free(s);
	return 0;
}
