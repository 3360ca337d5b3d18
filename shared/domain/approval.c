#include "domain/approval.h"

#include <stddef.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/timefmt.h"

/* A clock of the approver's may be ahead of the server's by so much. */
#define SKEW_MS		((int64_t)30 * 1000)

/* The members that are text: all of them, so none can be forgotten. */
static const struct {
	const char	*key;
	size_t		 off, size;
} members[] = {
#define MEMBER(m)	{ #m, offsetof(struct approval, m), \
			sizeof(((struct approval *)0)->m) }
	MEMBER(id), MEMBER(tenant), MEMBER(project), MEMBER(digest),
	MEMBER(version), MEMBER(host), MEMBER(approved_by),
#undef MEMBER
};

#define NMEMBERS	(sizeof(members) / sizeof(members[0]))

static bool
text_ok(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* What holds for every approval, made or read. */
static enum err
approval_valid(const struct approval *a, struct diag *d)
{
	for (size_t i = 0; i < NMEMBERS; i++) {
		const char	*s = (const char *)a + members[i].off;

		if (s[0] == '\0' || !text_ok(s))
			return diag_set(d, ERR_INVAL, members[i].key, "%s is "
			    "missing or has control characters",
			    members[i].key);
	}
	if (!hex_is_sha256(a->digest))
		return diag_set(d, ERR_INVAL, "digest", "digest must be "
		    "64 lower-case hex digits");
	if (a->not_before < 0 || a->expires_at <= a->not_before ||
	    a->expires_at - a->not_before > APPROVAL_LIFE_MAX_MS)
		return diag_set(d, ERR_INVAL, "expires_at", "expires_at must "
		    "be after not_before, by 24 hours at most");
	return ERR_OK;
}

/* --- making --------------------------------------------------------------------- */

static void
claims(const struct approval *a, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	for (size_t i = 0; i < NMEMBERS; i++)
		jsonw_str(&w, members[i].key,
		    (const char *)a + members[i].off);
	jsonw_int(&w, "not_before", a->not_before / 1000);
	jsonw_int(&w, "expires_at", a->expires_at / 1000);
	jsonw_end(&w);
}

static enum err
secret_check(const char *secret, struct diag *d)
{
	enum err	 e;

	if (strlen(secret) >= APPROVAL_SECRET_MIN)
		return ERR_OK;
	e = diag_set(d, ERR_UNAVAILABLE, NULL, "executing needs approvals, "
	    "and this server has no secret of at least %d bytes to check "
	    "them with", APPROVAL_SECRET_MIN);
	diag_word(d, "approval_not_configured");
	return e;
}

enum err
approval_make(const char *secret, struct approval *a, struct buf *out,
    struct diag *d)
{
	struct buf	 text = BUF_INIT(APPROVAL_MAX);
	uint8_t		 mac[SHA256_LEN];
	size_t		 start = out->len;
	enum err	 e;

	a->not_before -= a->not_before % 1000;
	a->expires_at -= a->expires_at % 1000;
	if (a->id[0] == '\0')
		rnd_hex(sizeof(a->id) / 2, a->id);
	if ((e = secret_check(secret, d)) != ERR_OK ||
	    (e = approval_valid(a, d)) != ERR_OK)
		return e;
	claims(a, &text);
	buf_adds(out, APPROVAL_PREFIX);
	b64url_encode(buf_str(&text), text.len, out);
	e = buf_err(&text) != ERR_OK ? buf_err(&text) : buf_err(out);
	buf_clear(&text);
	if (e != ERR_OK || (e = hmac_sha256(secret, strlen(secret),
	    out->data + start, out->len - start, mac)) != ERR_OK)
		return e;
	buf_addc(out, '.');
	b64url_encode(mac, sizeof(mac), out);
	return buf_err(out);
}

/* --- reading --------------------------------------------------------------------- */

static enum err
refuse(struct diag *d, const char *word, const char *text)
{
	enum err	 e = diag_set(d, ERR_DENIED,
			    "X-Execute-Approval-Token", "%s", text);

	diag_word(d, word);
	return e;
}

static enum err
invalid(struct diag *d)
{
	return refuse(d, "approval_invalid", "this is no approval of this "
	    "server: make one with \"bpfcompat admin approval create\"");
}

/* The one text that means these bytes: no member more, none twice. */
static bool
claims_parse(const char *text, size_t len, struct approval *a)
{
	struct jval	*doc = NULL;
	struct buf	 again = BUF_INIT(APPROVAL_MAX);
	bool		 ok = false;

	memset(a, 0, sizeof(*a));
	if (jval_parse(text, len, &doc, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < NMEMBERS; i++)
		jval_copy_str(doc, members[i].key, (char *)a +
		    members[i].off, members[i].size);
	a->not_before = jval_get_int(doc, "not_before", -1);
	a->expires_at = jval_get_int(doc, "expires_at", -1);
	jval_free(doc);
	if (a->not_before >= 0 && a->expires_at >= 0 &&
	    a->not_before < INT64_MAX / 1000 &&
	    a->expires_at < INT64_MAX / 1000) {
		a->not_before *= 1000;
		a->expires_at *= 1000;
		claims(a, &again);
		ok = again.len == len && memcmp(buf_str(&again), text, len) ==
		    0 && approval_valid(a, NULL) == ERR_OK;
	}
	buf_clear(&again);
	return ok;
}

/* The place of the last dot; NULL when it is no such token. */
static const char *
split(const char *token)
{
	const char	*dot;

	if (strlen(token) > APPROVAL_MAX || strncmp(token, APPROVAL_PREFIX,
	    strlen(APPROVAL_PREFIX)) != 0)
		return NULL;
	token += strlen(APPROVAL_PREFIX);
	dot = strrchr(token, '.');
	return dot == token ? NULL : dot;
}

enum err
approval_read(const char *token, struct approval *a, struct diag *d)
{
	const char	*dot = split(token);
	const char	*from = token + strlen(APPROVAL_PREFIX);
	struct buf	 text = BUF_INIT(APPROVAL_MAX);
	bool		 ok;

	ok = dot != NULL && b64url_decode(from, (size_t)(dot - from), &text) ==
	    ERR_OK && claims_parse(buf_str(&text), text.len, a);
	buf_clear(&text);
	return ok ? ERR_OK : invalid(d);
}

static bool
mac_ok(const char *secret, const char *token)
{
	const char	*dot = split(token);
	struct buf	 got = BUF_INIT(SHA256_LEN);
	uint8_t		 mac[SHA256_LEN];
	bool		 ok;

	ok = dot != NULL && b64url_decode(dot + 1, strlen(dot + 1), &got) ==
	    ERR_OK && got.len == sizeof(mac) && hmac_sha256(secret,
	    strlen(secret), token, (size_t)(dot - token), mac) == ERR_OK &&
	    secret_equal(got.data, mac, sizeof(mac));
	buf_clear(&got);
	return ok;
}

/* Does it say what is asked for?  What is not known yet is not compared. */
static bool
says(const char *has, const char *asked)
{
	return asked == NULL || strcmp(has, asked) == 0;
}

static enum err
compare(const struct approval *a, const struct approval_ask *ask,
    struct diag *d)
{
	if (ask->now + SKEW_MS < a->not_before)
		return refuse(d, "approval_not_yet",
		    "this approval is not valid yet");
	if (ask->now >= a->expires_at)
		return refuse(d, "approval_expired",
		    "this approval has expired");
	if (!says(a->host, ask->host))
		return refuse(d, "approval_other_host",
		    "this approval is for another host");
	if (!says(a->tenant, ask->tenant) || !says(a->project, ask->project))
		return refuse(d, "approval_other_project",
		    "this approval is for another project");
	if (!says(a->digest, ask->digest) || !says(a->version, ask->version))
		return refuse(d, "approval_other_artifact",
		    "this approval is for another artifact: digest and "
		    "version must be those that would be loaded");
	if (ask->requested_by != NULL &&
	    strcmp(a->approved_by, ask->requested_by) == 0)
		return refuse(d, "approval_by_requester",
		    "nobody approves what he asks for himself");
	return ERR_OK;
}

enum err
approval_check(const char *secret, const char *token,
    const struct approval_ask *ask, struct approval *a, struct diag *d)
{
	enum err	 e;

	memset(a, 0, sizeof(*a));
	if ((e = secret_check(secret, d)) != ERR_OK)
		return e;
	if (token[0] == '\0')
		return refuse(d, "approval_missing", "an approval is needed: "
		    "send X-Execute-Approval-Token, made with \"bpfcompat "
		    "admin approval create\"");
	if (!mac_ok(secret, token))
		return invalid(d);
	if ((e = approval_read(token, a, d)) != ERR_OK)
		return e;
	return compare(a, ask, d);
}
