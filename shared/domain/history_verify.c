/* The verdict on one record: digest, place, signature, key. */
#include <stdio.h>
#include <string.h>

#include "domain/history_trust.h"

#define BLANKS	" \t\r\n"

static bool
empty(const char *s)
{
	return s == NULL || s[strspn(s, BLANKS)] == '\0';
}

/* What is verified of a record, as strings. */
struct	seal {
	char	 created_at[32];
	char	 record_sha256[128], prev_record_sha256[128];
	char	 alg[64], key_id[128], public_key[256], signature[256];
};

/* A text that does not fit is none of what it should be: "?" says so. */
static void
take(const struct history_scan *sc, enum history_field f, char *out,
    size_t size)
{
	if (!history_scan_text(sc, f, out, size))
		snprintf(out, size, "?");
}

static void
take_seal(const struct history_scan *sc, struct seal *s)
{
	const struct { enum history_field f; char *to; size_t size; } row[] = {
		{ HISTORY_CREATED_AT, s->created_at, sizeof(s->created_at) },
		{ HISTORY_RECORD_SHA256, s->record_sha256,
		    sizeof(s->record_sha256) },
		{ HISTORY_SIGNATURE_ALG, s->alg, sizeof(s->alg) },
		{ HISTORY_SIGNATURE_KEY_ID, s->key_id, sizeof(s->key_id) },
		{ HISTORY_SIGNATURE_PUBLIC_KEY, s->public_key,
		    sizeof(s->public_key) },
		{ HISTORY_SIGNATURE, s->signature, sizeof(s->signature) },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		take(sc, row[i].f, row[i].to, row[i].size);
}

static void
check_digest(const struct seal *s, struct history_verdict *v)
{
	if (empty(s->record_sha256))
		history_issue(v, HF_DIGEST_MISSING,
		    "record_sha256 is missing");
	else if (strcmp(s->record_sha256, v->computed) != 0)
		history_issue(v, HF_DIGEST, "record_sha256 mismatch");
}

void
history_verify_place(const struct history_scan *sc, const char *prev,
    struct history_verdict *v)
{
	char	 have[128];

	take(sc, HISTORY_PREV_RECORD_SHA256, have, sizeof(have));
	if (prev == NULL) {
		if (!empty(have))
			history_issue(v, HF_PREV_SURPLUS, "first record "
			    "should not have prev_record_sha256");
	} else if (empty(have))
		history_issue(v, HF_PREV_MISSING,
		    "prev_record_sha256 is missing");
	else if (strcmp(have, prev) != 0)
		history_issue(v, HF_PREV, "prev_record_sha256 mismatch");
}

/* --- signatures ---------------------------------------------------------------*/

/* A key listed under another id than the record names is not meant. */
static int
find(const struct history_trust *t, const char *pub64, const char *id)
{
	const struct history_key	*k;

	for (size_t i = 0; (k = history_trust_key(t, i)) != NULL; i++)
		if (k->trusted && strcmp(k->pub64, pub64) == 0 &&
		    (k->declared[0] == '\0' || empty(id) ||
		    strcmp(k->declared, id) == 0))
			return (int)i;
	return -1;
}

void
history_seal_write(struct jsonw *w, const struct history_seal *seal)
{
	jsonw_str(w, "signature_alg", "ed25519");
	jsonw_str(w, "signature_key_id", seal->key_id);
	jsonw_str(w, "signature_public_key", seal->public_key);
	jsonw_str(w, "signature", seal->signature);
}

void
history_seal_read(const struct jval *doc, struct history_seal *seal)
{
	jval_copy_str(doc, "signature_key_id", seal->key_id,
	    sizeof(seal->key_id));
	jval_copy_str(doc, "signature_public_key", seal->public_key,
	    sizeof(seal->public_key));
	jval_copy_str(doc, "signature", seal->signature,
	    sizeof(seal->signature));
}

bool
history_seal_verifies(const struct history_seal *seal, const void *p,
    size_t len)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN], sig[ED25519_SIG_LEN];
	char		 id[ED25519_KEY_ID_SIZE];

	if (b64_exact(seal->public_key, strlen(seal->public_key), pub,
	    sizeof(pub), NULL) != ERR_OK || b64_exact(seal->signature,
	    strlen(seal->signature), sig, sizeof(sig), NULL) != ERR_OK)
		return false;
	ed25519_key_id(pub, id);
	return strcmp(id, seal->key_id) == 0 &&
	    ed25519_verify(pub, p, len, sig);
}

bool
history_trust_verifies(const struct history_trust *t,
    const struct history_seal *seal, const void *p, size_t len)
{
	return find(t, seal->public_key, seal->key_id) != -1 &&
	    history_seal_verifies(seal, p, len);
}

size_t
history_trust_signer(const struct history_trust *t, const void *p, size_t len,
    const unsigned char sig[static ED25519_SIG_LEN])
{
	const struct history_key	*k;

	for (size_t i = 0; (k = history_trust_key(t, i)) != NULL; i++)
		if (k->trusted && ed25519_verify(k->pub, p, len, sig))
			return i;
	return HISTORY_TRUST_MAX;
}

/*
 * The place of the key that a record names itself in *at, -1 when it names
 * none; false after an issue.
 */
static bool
named_key(const struct seal *s, const struct history_trust *t, int *at,
    struct history_verdict *v)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	size_t		 got;

	*at = -1;
	if (empty(s->public_key))
		return true;
	if (b64_exact(s->public_key, strlen(s->public_key), pub, sizeof(pub),
	    &got) != ERR_OK) {
		history_issue(v, HF_KEY_BASE64, "decode signature_public_key: "
		    "it is no base64 of 32 bytes (%zu)", got);
		return false;
	}
	if ((*at = find(t, s->public_key, s->key_id)) == -1) {
		history_issue(v, HF_KEY_FOREIGN,
		    "signature_public_key is not in trusted keyring");
		return false;
	}
	if (!empty(s->key_id) && strcmp(s->key_id,
	    history_trust_key(t, (size_t)*at)->id) != 0) {
		history_issue(v, HF_KEY_ID, "signature_key_id mismatch");
		return false;
	}
	return true;
}

/* Which trusted key, or only the named one, verifies the bytes; -1: none. */
static int
verified_by(const struct history_trust *t, int named, const struct buf *b,
    const unsigned char *sig)
{
	const struct history_key	*k;

	for (size_t i = 0; (k = history_trust_key(t, i)) != NULL; i++)
		if (k->trusted && (named == -1 || named == (int)i) &&
		    ed25519_verify(k->pub, b->data, b->len, sig))
			return (int)i;
	return -1;
}

static void
check_key_time(const struct history_key *k, const char *created_at,
    struct history_verdict *v)
{
	switch (history_key_at(k, created_at)) {
	case HF_KEY_REVOKED:
		history_issue(v, HF_KEY_REVOKED, "the key %s was revoked; "
		    "its signatures after %s do not count", k->id, k->revoked);
		break;
	case HF_KEY_RETIRED:
		history_issue(v, HF_KEY_RETIRED, "the key %s was replaced at "
		    "%s, before this was signed", k->id, k->until);
		break;
	case HF_KEY_EARLY:
		history_issue(v, HF_KEY_EARLY, "the key %s signs since %s, "
		    "after this was signed", k->id, k->from);
		break;
	default:
		break;
	}
}

/* Is there a signature of the only kind, and anybody to believe? */
static bool
may_verify(const struct seal *s, const struct history_trust *t,
    struct history_verdict *v)
{
	if (empty(s->alg) && empty(s->key_id) && empty(s->public_key) &&
	    empty(s->signature))
		history_issue(v, HF_UNSIGNED, "signature metadata is missing");
	else if (strcmp(s->alg, "ed25519") != 0)
		history_issue(v, HF_ALG, "unsupported signature_alg "
		    "\"%.32s\"", s->alg);
	else if (history_trust_len(t) == 0)
		history_issue(v, HF_NO_TRUST, "no trusted signing keys "
		    "configured (check BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH, "
		    "BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS and "
		    "keys/artifact-registry-signing-key.pub)");
	else
		return true;
	return false;
}

static void
check_signature(const struct seal *s, const struct buf *canonical,
    const struct history_trust *t, struct history_verdict *v)
{
	unsigned char	 sig[ED25519_SIG_LEN];
	int		 named;

	if (!may_verify(s, t, v) || !named_key(s, t, &named, v))
		return;
	if (b64_exact(s->signature, strlen(s->signature), sig, sizeof(sig),
	    NULL) != ERR_OK) {
		history_issue(v, HF_SIG_BASE64,
		    "decode signature: it is no base64 of 64 bytes");
		return;
	}
	v->key = verified_by(t, named, canonical, sig);
	v->signature_valid = v->key != -1;
	if (v->signature_valid)
		check_key_time(history_trust_key(t, (size_t)v->key),
		    s->created_at, v);
	else
		history_issue(v, HF_FORGED, named != -1 ?
		    "signature verification failed" :
		    "signature verification failed with trusted keys");
}

enum err
history_verify_scan(const struct history_scan *sc, const char *prev,
    const struct history_trust *t, struct buf *scratch,
    struct history_verdict *v)
{
	struct seal	 s;
	enum err	 e;

	v->nissues = 0;
	v->key = -1;
	v->signature_valid = false;
	v->verified = true;
	buf_reset(scratch);
	if ((e = history_scan_canonical(sc, scratch)) != ERR_OK ||
	    (e = sha256_mem(scratch->data, scratch->len, v->computed)) !=
	    ERR_OK)
		return e;
	take_seal(sc, &s);
	check_digest(&s, v);
	history_verify_place(sc, prev, v);
	check_signature(&s, scratch, t, v);
	return ERR_OK;
}

enum err
history_verify(const struct history_entry *en, const char *prev,
    const struct history_trust *t, struct history_verdict *v)
{
	struct buf		 line = BUF_INIT(HISTORY_LINE_MAX);
	struct buf		 scratch = BUF_INIT(HISTORY_LINE_MAX);
	struct history_scan	 sc;
	enum err		 e;

	if ((e = history_line(&en->rec, en->style, &line)) == ERR_OK) {
		if (history_scan(line.data, line.len, &sc))
			e = history_verify_scan(&sc, prev, t, &scratch, v);
		else
			e = ERR_INTERNAL;	/* we cannot read ourselves */
	}
	buf_clear(&line);
	buf_clear(&scratch);
	return e;
}
