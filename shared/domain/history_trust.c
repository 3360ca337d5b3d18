#include "domain/history_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	" \t\r\n"

struct	history_trust {
	size_t			 n;
	struct history_key	*key;	/* HISTORY_TRUST_MAX of them */
};

enum err
history_trust_new(struct history_trust **out)
{
	struct history_trust	*t = calloc(1, sizeof(*t));

	*out = NULL;
	if (t == NULL || (t->key = calloc(HISTORY_TRUST_MAX,
	    sizeof(*t->key))) == NULL) {
		free(t);
		return ERR_NOMEM;
	}
	*out = t;
	return ERR_OK;
}

void
history_trust_free(struct history_trust *t)
{
	if (t == NULL)
		return;
	free(t->key);
	free(t);
}

size_t
history_trust_len(const struct history_trust *t)
{
	size_t	 n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->key[i].trusted;
	return n;
}

const struct history_key *
history_trust_key(const struct history_trust *t, size_t i)
{
	return i < t->n ? &t->key[i] : NULL;
}

/* Adds the key, or finds it; NULL when there is no room. */
static struct history_key *
put(struct history_trust *t, const unsigned char *pub)
{
	struct buf		 b = BUF_INIT(sizeof(t->key[0].pub64) - 1);
	struct history_key	*k;

	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->key[i].pub, pub, ED25519_PUBLIC_LEN) == 0)
			return &t->key[i];
	if (t->n == HISTORY_TRUST_MAX)
		return NULL;
	k = &t->key[t->n];
	memset(k, 0, sizeof(*k));
	memcpy(k->pub, pub, sizeof(k->pub));
	ed25519_key_id(k->pub, k->id);
	if (b64_encode(pub, ED25519_PUBLIC_LEN, &b) == ERR_OK) {
		snprintf(k->pub64, sizeof(k->pub64), "%s", buf_str(&b));
		t->n++;
	} else
		k = NULL;
	buf_clear(&b);
	return k;
}

struct history_key *
history_trust_put(struct history_trust *t, const char *pub64)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];

	return b64_exact(pub64, strlen(pub64), pub, sizeof(pub), NULL) ==
	    ERR_OK ? put(t, pub) : NULL;
}

static enum err
add(struct history_trust *t, const char *id, size_t idlen, const char *key,
    size_t keylen, struct diag *d)
{
	unsigned char		 pub[ED25519_PUBLIC_LEN];
	struct history_key	*k;

	if (idlen >= sizeof(k->declared))
		return diag_set(d, ERR_SYNTAX, NULL, "a key id has at most "
		    "%zu characters", sizeof(k->declared) - 1);
	if (b64_exact(key, keylen, pub, sizeof(pub), NULL) != ERR_OK)
		return diag_set(d, ERR_SYNTAX, NULL, "a public key is base64 "
		    "of %d bytes", ED25519_PUBLIC_LEN);
	if ((k = put(t, pub)) == NULL)
		return diag_set(d, ERR_TOOBIG, NULL, "more than %d trusted "
		    "keys", HISTORY_TRUST_MAX);
	/* The first mention wins, also with its id. */
	if (!k->trusted)
		memcpy(k->declared, id, idlen);
	k->trusted = true;
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

void
history_trust_state(const struct history_trust *t,
    char hex[static SHA256_HEX_SIZE])
{
	const struct history_key	*k;
	struct buf			 b = BUF_INIT(256 * 1024);

	for (size_t i = 0; i < t->n; i++) {
		k = &t->key[i];
		buf_addf(&b, "%s %s %d %d %d %s %s %s\n", k->pub64,
		    k->declared, k->trusted, k->current, k->order, k->from,
		    k->until, k->revoked);
	}
	/* Without memory no state is like another. */
	if (buf_err(&b) != ERR_OK || sha256_mem(buf_str(&b), b.len, hex) !=
	    ERR_OK)
		rnd_hex(SHA256_LEN, hex);
	buf_clear(&b);
}

bool
history_trust_key_id(const struct history_trust *t, size_t i,
    char id[static ED25519_KEY_ID_SIZE])
{
	if (i >= t->n)
		return false;
	memcpy(id, t->key[i].id, sizeof(t->key[i].id));
	return true;
}

/* RFC 3339 in UTC with whole seconds sorts as text. */
enum history_fault
history_key_at(const struct history_key *k, const char *time)
{
	int64_t	 ms;

	if (k->from[0] == '\0' && k->until[0] == '\0' &&
	    k->revoked[0] == '\0')
		return HF_NONE;
	if (strlen(time) != TIME_RFC3339_SIZE - 1 ||
	    time_parse_rfc3339(time, &ms) != ERR_OK)
		return HF_KEY_EARLY;
	if (k->revoked[0] != '\0' && strcmp(time, k->revoked) > 0)
		return HF_KEY_REVOKED;
	if (k->until[0] != '\0' && strcmp(time, k->until) > 0)
		return HF_KEY_RETIRED;
	return strcmp(time, k->from) < 0 ? HF_KEY_EARLY : HF_NONE;
}
