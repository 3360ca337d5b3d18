#include "worker/execute/request.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/timefmt.h"

static const char *const ops[] = {
	[EXECUTE_LOAD] = "load", [EXECUTE_LIST] = "list",
	[EXECUTE_STATUS] = "status", [EXECUTE_DETACH] = "detach"
};

static const char *const attaches[] = {
	[EXECUTE_BEST_EFFORT] = "best-effort",
	[EXECUTE_REQUIRED] = "required", [EXECUTE_DISABLED] = "disabled"
};

const char *
execute_attach_word(enum execute_attach a)
{
	return attaches[a];
}

/* At most "n" bytes; 0: the end. */
static enum err
some(int fd, int64_t deadline, void *p, size_t n, size_t *got,
    struct diag *d)
{
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	ssize_t		 r;
	int		 rc;

	do
		rc = poll(&pfd, 1, time_left_ms(deadline));
	while (rc == -1 && errno == EINTR);
	if (rc == 0)
		return diag_set(d, ERR_TIMEOUT, NULL, "the request did not "
		    "come in time");
	do
		r = read(fd, p, n);
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return diag_errno(d, "cannot read the request");
	*got = (size_t)r;
	return ERR_OK;
}

/* Byte by byte, so that nothing of the objects behind it is taken. */
static enum err
line(int fd, int64_t deadline, struct buf *b, struct diag *d)
{
	char	 c;
	size_t	 got;
	enum err e;

	for (;;) {
		if ((e = some(fd, deadline, &c, 1, &got, d)) != ERR_OK)
			return e;
		if (got == 0)
			return diag_set(d, ERR_SYNTAX, NULL, "the request "
			    "ends within its first line");
		if (c == '\n')
			return ERR_OK;
		if ((e = buf_addc(b, c)) != ERR_OK)
			return diag_set(d, e, NULL, "the request's line is "
			    "longer than %zu bytes", b->max);
	}
}

static enum err
bytes(int fd, int64_t deadline, int64_t want, struct buf *b, struct diag *d)
{
	size_t	 got, left;
	char	*p;
	enum err e;

	while (b->len < (size_t)want) {
		left = (size_t)want - b->len;
		if (left > 64 * 1024)
			left = 64 * 1024;
		if ((p = buf_reserve(b, left)) == NULL)
			return buf_err(b);
		if ((e = some(fd, deadline, p, left, &got, d)) != ERR_OK)
			return e;
		if (got == 0)
			return diag_set(d, ERR_SYNTAX, NULL, "the request "
			    "ends before its objects do");
		buf_commit(b, got);
	}
	return ERR_OK;
}

static enum err
digest(const struct buf *b, const char *want, const char *field,
    struct diag *d)
{
	char	 is[SHA256_HEX_SIZE];
	enum err e;

	if ((e = sha256_mem(b->data, b->len, is)) != ERR_OK)
		return e;
	if (strcmp(is, want) == 0)
		return ERR_OK;
	diag_set(d, ERR_CORRUPT, field, "the bytes that came are %.12s..., "
	    "not %.12s...; nothing was loaded", is, want);
	diag_word(d, "digest_mismatch");
	return ERR_CORRUPT;
}

static enum err
word(const struct jval *doc, const char *key, const char *const *words,
    size_t n, size_t *out, struct diag *d)
{
	const char	*is = jval_get_str(doc, key, words[0]);

	for (*out = 0; *out < n; ++*out)
		if (strcmp(words[*out], is) == 0)
			return ERR_OK;
	return diag_set(d, ERR_INVAL, key, "\"%s\" is no %s; there are "
	    "\"%s\", \"%s\" ...", is, key, words[0], words[1]);
}

static bool
id_ok(const char *s)
{
	size_t	 n = strspn(s, "0123456789abcdef");

	return n >= 8 && n <= EXECUTE_ID_MAX && s[n] == '\0';
}

static enum err
members(struct execute_request *r, struct diag *d)
{
	const struct jval	*doc = r->doc;
	size_t			 op, attach;
	enum err		 e;

	if (strcmp(jval_get_str(doc, "schema_version", ""), EXECUTE_SCHEMA) !=
	    0)
		return diag_set(d, ERR_INVAL, "schema_version", "it has to be "
		    EXECUTE_SCHEMA);
	if ((e = word(doc, "op", ops, sizeof(ops) / sizeof(ops[0]), &op,
	    d)) != ERR_OK || (e = word(doc, "attach_mode", attaches,
	    sizeof(attaches) / sizeof(attaches[0]), &attach, d)) != ERR_OK)
		return e;
	r->op = (enum execute_op)op;
	r->attach = (enum execute_attach)attach;
	r->id = jval_get_str(doc, "load_id", "");
	r->tenant = jval_get_str(doc, "tenant", "");
	r->project = jval_get_str(doc, "project", "");
	r->name = jval_get_str(doc, "artifact_name", "");
	r->version = jval_get_str(doc, "artifact_version", "");
	r->variant = jval_get_str(doc, "artifact_variant", "");
	r->run_id = jval_get_str(doc, "run_id", "");
	r->requested_by = jval_get_str(doc, "requested_by", "");
	r->approved_by = jval_get_str(doc, "approved_by", "");
	r->sha256 = jval_get_str(doc, "sha256", "");
	r->manifest_sha256 = jval_get_str(doc, "manifest_sha256", "");
	r->dry_run = jval_get_bool(doc, "dry_run", false);
	r->timeout_ms = jval_get_int(doc, "timeout_ms", EXECUTE_TIMEOUT_MS);
	if (r->op != EXECUTE_LIST && !id_ok(r->id))
		return diag_set(d, ERR_INVAL, "load_id", "a load is named by "
		    "8 to %d hex digits", EXECUTE_ID_MAX);
	if (r->op != EXECUTE_LOAD)
		return ERR_OK;
	if (!jval_get_bool(doc, "allow_host_load", false))
		return diag_set(d, ERR_INVAL, "allow_host_load", "nothing is "
		    "loaded unless this is true");
	if (r->name[0] == '\0')
		return diag_set(d, ERR_INVAL, "artifact_name", "it is missing");
	if (!hex_is_sha256(r->sha256))
		return diag_set(d, ERR_INVAL, "sha256", "the digest of the "
		    "object is missing");
	if (r->timeout_ms < 1 || r->timeout_ms > EXECUTE_TIMEOUT_MS)
		return diag_set(d, ERR_INVAL, "timeout_ms", "1 to %lld",
		    (long long)EXECUTE_TIMEOUT_MS);
	return ERR_OK;
}

static enum err
objects(int fd, int64_t deadline, struct execute_request *r, struct diag *d)
{
	int64_t	 n = jval_get_int(r->doc, "artifact_bytes", 0);
	int64_t	 m = jval_get_int(r->doc, "manifest_bytes", 0);
	enum err e;

	if (r->op != EXECUTE_LOAD)
		return ERR_OK;
	if (n < 1 || n > EXECUTE_OBJECT_MAX)
		return diag_set(d, ERR_TOOBIG, "artifact_bytes", "1 to %lld",
		    (long long)EXECUTE_OBJECT_MAX);
	if (m < 0 || m > EXECUTE_MANIFEST_MAX)
		return diag_set(d, ERR_TOOBIG, "manifest_bytes", "0 to %lld",
		    (long long)EXECUTE_MANIFEST_MAX);
	if ((e = bytes(fd, deadline, n, &r->object, d)) != ERR_OK ||
	    (e = bytes(fd, deadline, m, &r->manifest, d)) != ERR_OK ||
	    (e = digest(&r->object, r->sha256, "sha256", d)) != ERR_OK)
		return e;
	return m == 0 ? ERR_OK : digest(&r->manifest, r->manifest_sha256,
	    "manifest_sha256", d);
}

enum err
execute_request_read(int fd, int64_t deadline, struct execute_request *r,
    struct diag *d)
{
	struct buf	 text = BUF_INIT(EXECUTE_LINE_MAX);
	enum err	 e;

	memset(r, 0, sizeof(*r));
	buf_init(&r->object, (size_t)EXECUTE_OBJECT_MAX + 64 * 1024);
	buf_init(&r->manifest, (size_t)EXECUTE_MANIFEST_MAX + 64 * 1024);
	if ((e = line(fd, deadline, &text, d)) == ERR_OK &&
	    (e = jval_parse(buf_str(&text), text.len, &r->doc, d)) == ERR_OK &&
	    (e = members(r, d)) == ERR_OK)
		e = objects(fd, deadline, r, d);
	buf_clear(&text);
	return e;
}

void
execute_request_clear(struct execute_request *r)
{
	jval_free(r->doc);
	buf_clear(&r->object);
	buf_clear(&r->manifest);
	memset(r, 0, sizeof(*r));
}
