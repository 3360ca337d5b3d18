#include "domain/history_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	" \t\r\n"

struct	trusted {
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	char		 declared[64];	/* id as given, or "" */
};

struct	history_trust {
	size_t		 n;
	struct trusted	 key[HISTORY_TRUST_MAX];
};

enum err
history_trust_new(struct history_trust **out)
{
	*out = calloc(1, sizeof(**out));
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

void
history_trust_free(struct history_trust *t)
{
	free(t);
}

size_t
history_trust_len(const struct history_trust *t)
{
	return t->n;
}

/* base64 of exactly "want" bytes. */
static enum err
decode(const char *s, size_t len, unsigned char *out, size_t want,
    size_t *got)
{
	struct buf	 b = BUF_INIT(1024);
	enum err	 e;

	*got = 0;
	if ((e = b64_decode(s, len, &b)) == ERR_OK) {
		*got = b.len;
		if (b.len == want)
			memcpy(out, b.data, want);
		else
			e = ERR_SYNTAX;
	}
	buf_clear(&b);
	return e;
}

static enum err
add(struct history_trust *t, const char *id, size_t idlen, const char *key,
    size_t keylen, struct diag *d)
{
	struct trusted	 k;
	size_t		 got;

	memset(&k, 0, sizeof(k));
	if (idlen >= sizeof(k.declared))
		return diag_set(d, ERR_SYNTAX, NULL, "a key id has at most "
		    "%zu characters", sizeof(k.declared) - 1);
	if (decode(key, keylen, k.pub, sizeof(k.pub), &got) != ERR_OK)
		return diag_set(d, ERR_SYNTAX, NULL, "a public key is base64 "
		    "of %d bytes", ED25519_PUBLIC_LEN);
	memcpy(k.declared, id, idlen);
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->key[i].pub, k.pub, sizeof(k.pub)) == 0)
			return ERR_OK;
	if (t->n == HISTORY_TRUST_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "more than %d trusted "
		    "keys", HISTORY_TRUST_MAX);
	t->key[t->n++] = k;
	return ERR_OK;
}

/* One line that holds something: "KEY" or "KEY_ID KEY ...". */
static enum err
add_line(struct history_trust *t, const char *line, size_t len,
    struct diag *d)
{
	char		 copy[512];
	const char	*first, *second;
	char		*save = NULL;

	if (len >= sizeof(copy))
		return diag_set(d, ERR_SYNTAX, NULL, "a line has at most %zu "
		    "characters", sizeof(copy) - 1);
	memcpy(copy, line, len);
	copy[len] = '\0';
	if ((first = strtok_r(copy, BLANKS, &save)) == NULL || *first == '#')
		return ERR_OK;
	if ((second = strtok_r(NULL, BLANKS, &save)) == NULL)
		return add(t, "", 0, first, strlen(first), d);
	return add(t, first, strlen(first), second, strlen(second), d);
}

enum err
history_trust_lines(struct history_trust *t, const char *text, size_t len,
    const char *what, struct diag *d)
{
	struct diag	 why = DIAG_INIT;
	const char	*end = text + len, *nl;
	size_t		 before = t->n;
	enum err	 e;

	for (int no = 1; text < end; no++, text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (nl == NULL)
			nl = end;
		e = add_line(t, text, (size_t)(nl - text), &why);
		if (e == ERR_OK)
			continue;
		t->n = before;
		return diag_set(d, e, NULL, "%s: line %d: %s", what, no,
		    diag_text(&why));
	}
	return ERR_OK;
}

enum err
history_trust_inline(struct history_trust *t, const char *text,
    const char *what, struct diag *d)
{
	struct diag	 why = DIAG_INIT;
	const char	*colon;
	size_t		 before = t->n, len, idlen;
	enum err	 e;

	for (int no = 1; *(text += strspn(text, "," BLANKS)) != '\0'; no++) {
		len = strcspn(text, "," BLANKS);
		colon = memchr(text, ':', len);
		idlen = colon == NULL ? 0 : (size_t)(colon - text);
		e = colon == NULL ? add(t, "", 0, text, len, &why) :
		    add(t, text, idlen, colon + 1, len - idlen - 1, &why);
		if (e != ERR_OK) {
			t->n = before;
			return diag_set(d, e, NULL, "parse %s entry %d: %s",
			    what, no, diag_text(&why));
		}
		text += len;
	}
	return ERR_OK;
}

/* --- the verdict ---------------------------------------------------------- */

void
history_issue(struct history_verdict *v, const char *text)
{
	if (v->nissues < HISTORY_ISSUES_MAX)
		snprintf(v->issue[v->nissues++], HISTORY_ISSUE_SIZE, "%s",
		    text);
	v->verified = false;
}

static bool
empty(const char *s)
{
	return s == NULL || s[strspn(s, BLANKS)] == '\0';
}

static void
check_digest(const struct history_record *r, struct history_verdict *v)
{
	if (empty(r->record_sha256))
		history_issue(v, "record_sha256 is missing");
	else if (strcmp(r->record_sha256, v->computed) != 0)
		history_issue(v, "record_sha256 mismatch");
}

static void
check_chain(const struct history_record *r, const char *prev,
    struct history_verdict *v)
{
	if (prev == NULL) {
		if (!empty(r->prev_record_sha256))
			history_issue(v, "first record should not have "
			    "prev_record_sha256");
	} else if (empty(r->prev_record_sha256))
		history_issue(v, "prev_record_sha256 is missing");
	else if (strcmp(r->prev_record_sha256, prev) != 0)
		history_issue(v, "prev_record_sha256 mismatch");
}

/* Does any trusted key, or "only" that one, verify the bytes? */
static const struct trusted *
verified_by(const struct history_trust *t, const struct trusted *only,
    const struct buf *b, const unsigned char *sig)
{
	for (size_t i = 0; i < t->n; i++)
		if ((only == NULL || only == &t->key[i]) &&
		    ed25519_verify(t->key[i].pub, b->data, b->len, sig))
			return &t->key[i];
	return NULL;
}

/* A key listed under another id than the record names is not meant. */
static const struct trusted *
find(const struct history_trust *t, const unsigned char *pub, const char *id)
{
	const struct trusted	*k;

	for (size_t i = 0; i < t->n; i++) {
		k = &t->key[i];
		if (memcmp(k->pub, pub, ED25519_PUBLIC_LEN) == 0 &&
		    (k->declared[0] == '\0' || empty(id) ||
		    strcmp(k->declared, id) == 0))
			return k;
	}
	return NULL;
}

bool
history_trust_key_id(const struct history_trust *t, size_t i,
    char id[static ED25519_KEY_ID_SIZE])
{
	if (i >= t->n)
		return false;
	ed25519_key_id(t->key[i].pub, id);
	return true;
}

bool
history_trust_verifies(const struct history_trust *t,
    const struct history_seal *seal, const void *p, size_t len)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN], sig[ED25519_SIG_LEN];
	char		 id[ED25519_KEY_ID_SIZE];
	size_t		 got;

	if (decode(seal->public_key, strlen(seal->public_key), pub,
	    sizeof(pub), &got) != ERR_OK || decode(seal->signature,
	    strlen(seal->signature), sig, sizeof(sig), &got) != ERR_OK)
		return false;
	ed25519_key_id(pub, id);
	return strcmp(id, seal->key_id) == 0 &&
	    find(t, pub, seal->key_id) != NULL &&
	    ed25519_verify(pub, p, len, sig);
}

size_t
history_trust_signer(const struct history_trust *t, const void *p, size_t len,
    const unsigned char sig[static ED25519_SIG_LEN])
{
	for (size_t i = 0; i < t->n; i++)
		if (ed25519_verify(t->key[i].pub, p, len, sig))
			return i;
	return HISTORY_TRUST_MAX;
}

/* The key a record names itself, if it does; false after an issue. */
static bool
named_key(const struct history_record *r, const struct history_trust *t,
    const struct trusted **key, struct history_verdict *v)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	char		 id[ED25519_KEY_ID_SIZE], why[80];
	size_t		 got;

	*key = NULL;
	if (empty(r->signature_public_key))
		return true;
	if (decode(r->signature_public_key, strlen(r->signature_public_key),
	    pub, sizeof(pub), &got) != ERR_OK) {
		snprintf(why, sizeof(why), "decode signature_public_key: it "
		    "is no base64 of 32 bytes (%zu)", got);
		history_issue(v, why);
		return false;
	}
	if ((*key = find(t, pub, r->signature_key_id)) == NULL) {
		history_issue(v, "signature_public_key is not in trusted keyring");
		return false;
	}
	ed25519_key_id(pub, id);
	if (!empty(r->signature_key_id) &&
	    strcmp(r->signature_key_id, id) != 0) {
		history_issue(v, "signature_key_id mismatch");
		return false;
	}
	return true;
}

static void
check_signature(const struct history_record *r, const struct buf *canonical,
    const struct history_trust *t, struct history_verdict *v)
{
	const struct trusted	*key;
	unsigned char		 sig[ED25519_SIG_LEN];
	char			 why[80];
	size_t			 got;

	if (empty(r->signature_alg) && empty(r->signature_key_id) &&
	    empty(r->signature_public_key) && empty(r->signature)) {
		history_issue(v, "signature metadata is missing");
		return;
	}
	if (r->signature_alg == NULL ||
	    strcmp(r->signature_alg, "ed25519") != 0) {
		snprintf(why, sizeof(why), "unsupported signature_alg "
		    "\"%.32s\"", r->signature_alg == NULL ? "" :
		    r->signature_alg);
		history_issue(v, why);
		return;
	}
	if (t->n == 0) {
		history_issue(v, "no trusted signing keys configured (check "
		    "BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH, "
		    "BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS and "
		    "keys/artifact-registry-signing-key.pub)");
		return;
	}
	if (!named_key(r, t, &key, v))
		return;
	if (r->signature == NULL || decode(r->signature,
	    strlen(r->signature), sig, sizeof(sig), &got) != ERR_OK) {
		history_issue(v, "decode signature: it is no base64 of 64 bytes");
		return;
	}
	v->signature_valid = verified_by(t, key, canonical, sig) != NULL;
	if (!v->signature_valid)
		history_issue(v, key != NULL ? "signature verification failed" :
		    "signature verification failed with trusted keys");
}

enum err
history_verify(const struct history_entry *en, const char *prev,
    const struct history_trust *t, struct history_verdict *v)
{
	struct buf	 b = BUF_INIT(HISTORY_LINE_MAX);
	enum err	 e;

	memset(v, 0, sizeof(*v));
	if ((e = history_canonical(&en->rec, en->style, &b)) == ERR_OK &&
	    (e = sha256_mem(b.data, b.len, v->computed)) == ERR_OK) {
		check_digest(&en->rec, v);
		check_chain(&en->rec, prev, v);
		check_signature(&en->rec, &b, t, v);
		v->verified = v->nissues == 0;
	}
	buf_clear(&b);
	return e;
}
