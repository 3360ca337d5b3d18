#include "domain/dsse.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"

enum err
dsse_pae(const char *type, const void *body, size_t len, struct buf *out)
{
	buf_addf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, len);
	return buf_add(out, body, len);
}

static enum err
write_envelope(const char *type, const void *body, size_t len,
    const char *keyid, const char *sig, struct buf *out)
{
	struct buf	 b64 = BUF_INIT(DSSE_ENVELOPE_MAX);
	struct jsonw	 w;
	enum err	 e;

	if ((e = b64_encode(body, len, &b64)) == ERR_OK) {
		jsonw_init(&w, out, JSONW_CANONICAL);
		jsonw_obj(&w, NULL);
		jsonw_strn(&w, "payload", buf_str(&b64), b64.len);
		jsonw_str(&w, "payloadType", type);
		jsonw_arr(&w, "signatures");
		jsonw_obj(&w, NULL);
		jsonw_str_opt(&w, "keyid", keyid);
		jsonw_str(&w, "sig", sig);
		jsonw_end(&w);
		jsonw_end(&w);
		jsonw_end(&w);
		e = buf_err(out);
	}
	buf_clear(&b64);
	return e;
}

enum err
dsse_sign(const char *type, const void *body, size_t len,
    history_sign_fn sign, void *arg, struct history_seal *seal,
    struct buf *out, struct diag *d)
{
	struct buf	 pae = BUF_INIT(DSSE_PAYLOAD_MAX + DSSE_TYPE_SIZE);
	enum err	 e;

	if (strlen(type) >= DSSE_TYPE_SIZE || len > DSSE_PAYLOAD_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "a statement of %zu "
		    "bytes is too large to be signed, at most %zu are", len,
		    DSSE_PAYLOAD_MAX);
	if ((e = dsse_pae(type, body, len, &pae)) == ERR_OK &&
	    (e = sign(arg, pae.data, pae.len, seal, d)) == ERR_OK)
		e = write_envelope(type, body, len, seal->key_id,
		    seal->signature, out);
	buf_clear(&pae);
	return e;
}

/* --- reading -------------------------------------------------------------- */

/* base64 in the usual or the URL-safe alphabet, without any blank. */
static enum err
decode(const char *s, struct buf *out)
{
	struct buf	 b = BUF_INIT(DSSE_ENVELOPE_MAX);
	enum err	 e;

	for (; *s != '\0'; s++) {
		if (strchr(" \t\r\n", *s) != NULL) {
			buf_clear(&b);
			return ERR_SYNTAX;
		}
		buf_addc(&b, *s == '-' ? '+' : *s == '_' ? '/' : *s);
	}
	if ((e = buf_err(&b)) == ERR_OK)
		e = b64_decode(buf_str(&b), b.len, out);
	buf_clear(&b);
	return e;
}

static enum err
read_signature(const struct jval *j, struct dsse *v, struct diag *d)
{
	const char	*keyid = jval_get(j, "keyid") == NULL ? "" :
			    jval_get_str(j, "keyid", NULL);
	const char	*sig = jval_get_str(j, "sig", NULL);
	struct buf	 b = BUF_INIT(ED25519_SIG_LEN);
	size_t		 at = v->nsigs;
	enum err	 e;

	if (sig == NULL || keyid == NULL ||
	    strlen(keyid) >= sizeof(v->sig[at].keyid))
		return diag_set(d, ERR_CORRUPT, "signatures", "a signature "
		    "has \"sig\" and at most a short \"keyid\"");
	e = decode(sig, &b);
	if (e == ERR_NOMEM || (e == ERR_OK && b.len == ED25519_SIG_LEN)) {
		snprintf(v->sig[at].keyid, sizeof(v->sig[at].keyid), "%s",
		    keyid);
		if (e == ERR_OK) {
			memcpy(v->sig[at].sig, b.data, b.len);
			v->nsigs++;
		}
	} else
		e = diag_set(d, ERR_CORRUPT, "signatures", "\"sig\" is no "
		    "base64 of %d bytes", ED25519_SIG_LEN);
	buf_clear(&b);
	return e;
}

static enum err
known_member(const char *key, const struct jval *j, void *arg)
{
	static const char *const known[] = { "payload", "payloadType",
		"signatures" };

	(void)j;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(key, known[i]) == 0)
			return ERR_OK;
	return diag_set(arg, ERR_CORRUPT, NULL, "an envelope has no member "
	    "\"%.64s\"", key);
}

static enum err
read_envelope(const struct jval *doc, struct dsse *v, struct diag *d)
{
	const char		*type = jval_get_str(doc, "payloadType", NULL);
	const char		*body = jval_get_str(doc, "payload", NULL);
	const struct jval	*sigs = jval_get(doc, "signatures");
	size_t			 n = jval_len(sigs);
	enum err		 e;

	if ((e = jval_each(doc, known_member, d)) != ERR_OK)
		return e;
	if (type == NULL || body == NULL || sigs == NULL ||
	    jval_type(sigs) != JVAL_ARR || n == 0 || n > DSSE_SIGS_MAX ||
	    strlen(type) >= sizeof(v->type))
		return diag_set(d, ERR_CORRUPT, NULL, "an envelope has "
		    "\"payload\", \"payloadType\" and 1 to %d \"signatures\"",
		    DSSE_SIGS_MAX);
	snprintf(v->type, sizeof(v->type), "%s", type);
	if ((e = decode(body, &v->payload)) != ERR_OK)
		return diag_set(d, e == ERR_NOMEM ? e : ERR_CORRUPT,
		    "payload", "the payload is no base64 of at most %zu bytes",
		    DSSE_PAYLOAD_MAX);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = read_signature(jval_at(sigs, i), v, d);
	return e;
}

enum err
dsse_parse(const char *text, size_t len, struct dsse *v, struct diag *d)
{
	struct jval	*doc = NULL;
	enum err	 e;

	memset(v, 0, sizeof(*v));
	buf_init(&v->payload, DSSE_PAYLOAD_MAX);
	if (len > DSSE_ENVELOPE_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "the envelope has %zu "
		    "bytes, at most %zu are read", len, DSSE_ENVELOPE_MAX);
	if ((e = jval_parse(text, len, &doc, d)) != ERR_OK)
		return e;
	if (jval_type(doc) != JVAL_OBJ)
		e = diag_set(d, ERR_CORRUPT, NULL, "the envelope is no object");
	else
		e = read_envelope(doc, v, d);
	jval_free(doc);
	return e;
}

void
dsse_clear(struct dsse *v)
{
	buf_clear(&v->payload);
	v->nsigs = 0;
}

size_t
dsse_signers(const struct dsse *v, const char *type,
    const struct history_trust *t)
{
	struct buf	 pae = BUF_INIT(DSSE_PAYLOAD_MAX + DSSE_TYPE_SIZE);
	bool		 seen[HISTORY_TRUST_MAX] = { false };
	size_t		 count = 0, k;

	if (strcmp(v->type, type) == 0 && dsse_pae(v->type,
	    buf_str(&v->payload), v->payload.len, &pae) == ERR_OK)
		for (size_t i = 0; i < v->nsigs; i++) {
			k = history_trust_signer(t, pae.data, pae.len,
			    v->sig[i].sig);
			if (k < HISTORY_TRUST_MAX && !seen[k]) {
				seen[k] = true;
				count++;
			}
		}
	buf_clear(&pae);
	return count;
}

enum err
dsse_write(const struct dsse *v, struct buf *out)
{
	struct buf	 sig = BUF_INIT(128);
	enum err	 e;

	if (v->nsigs != 1)
		return ERR_INVAL;
	if ((e = b64_encode(v->sig[0].sig, ED25519_SIG_LEN, &sig)) == ERR_OK)
		e = write_envelope(v->type, buf_str(&v->payload),
		    v->payload.len, v->sig[0].keyid, buf_str(&sig), out);
	buf_clear(&sig);
	return e;
}
