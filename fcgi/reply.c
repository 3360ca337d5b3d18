#include "reply.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "range.h"
#include "req.h"
#include "transport.h"

#define RETRY_BUSY_S	1	/* a pool or a lock: soon */
#define RETRY_FULL_S	10	/* the queue: when a job has ended */

/* "own": the error is about the request, so its text is for the client. */
static const char	 REPLY_PROBLEM[] = "application/problem+json";

static const struct {
	int	 status;
	bool	 own;
} map[ERR__MAX] = {
	[ERR_OK]	= { 200, false },
	[ERR_NOMEM]	= { 503, false },
	[ERR_IO]	= { 500, false },
	[ERR_NOSPACE]	= { 507, false },
	[ERR_NOTFOUND]	= { 404, true },
	[ERR_EXISTS]	= { 409, true },
	[ERR_INVAL]	= { 400, true },
	[ERR_SYNTAX]	= { 400, true },
	[ERR_TOOBIG]	= { 413, true },
	[ERR_METHOD]	= { 405, true },
	[ERR_MEDIA]	= { 415, true },
	[ERR_UNAUTH]	= { 401, true },
	[ERR_DENIED]	= { 403, true },
	[ERR_BUSY]	= { 503, true },
	[ERR_FULL]	= { 429, true },
	[ERR_LIMITED]	= { 429, true },
	[ERR_TIMEOUT]	= { 504, true },
	[ERR_CANCELED]	= { 409, true },
	[ERR_LEASE]	= { 409, false },
	[ERR_WRONGSTATE]	= { 409, true },
	[ERR_DB]	= { 500, false },
	[ERR_CORRUPT]	= { 500, false },
	[ERR_PROTO]	= { 400, true },
	[ERR_CHILD]	= { 500, false },
	[ERR_UNSUPPORTED]	= { 400, true },
	[ERR_UNAVAILABLE]	= { 503, true },
	[ERR_INTERNAL]	= { 500, false },
};

int
reply_err_status(enum err e)
{
	return (unsigned int)e < ERR__MAX ? map[e].status : 500;
}

void
reply_init(struct reply *rp)
{
	memset(rp, 0, sizeof(*rp));
	rp->status = 200;
	rp->type = "application/json";
	rp->file_fd = -1;
	buf_init(&rp->body, REPLY_BODY_MAX);
	buf_init(&rp->tail, 1024);
}

void
reply_clear(struct reply *rp)
{
	if (rp->file_fd != -1)
		close(rp->file_fd);
	buf_clear(&rp->body);
	buf_clear(&rp->tail);
	reply_init(rp);
}

struct jsonw *
reply_json(struct reply *rp)
{
	jsonw_init(&rp->json, &rp->body, JSONW_INDENT);
	return &rp->json;
}

void
reply_file(struct reply *rp, int fd, int64_t size)
{
	rp->file_fd = fd;
	rp->file_size = size;
}

void
reply_json_file(struct reply *rp, const char *key, int fd, int64_t size)
{
	jsonw_raw(&rp->json, key, "", 0);
	reply_file(rp, fd, size);
	rp->json.out = &rp->tail;
}

void
reply_etag(struct reply *rp, const char *sha256)
{
	snprintf(rp->etag, sizeof(rp->etag), "\"%.32s\"", sha256);
}

/*
 * The members of RFC 9457, and beside them what the API's clients have always
 * looked for: "error", "code", "field".  One line for nginx, which gives it
 * to the client in our place.
 */
static void
problem(struct reply *rp, const struct req *rq, enum err e,
    const struct diag *d)
{
	bool		 own = (unsigned int)e < ERR__MAX &&
			    (map[e].own || d->word != NULL);
	const char	*code = d->word != NULL ? d->word : err_code(e);
	const char	*text = own && d->msg[0] != '\0' ? d->msg :
			    err_text(e);
	struct jsonw	*w = reply_json(rp);
	char		 type[96];

	if (rq->auth_only)
		jsonw_init(w, &rp->body, JSONW_COMPACT);
	else if (rq->wants_problem)
		rp->type = REPLY_PROBLEM;
	snprintf(type, sizeof(type), "urn:bpfcompat:error:%s", code);
	jsonw_obj(w, NULL);
	jsonw_str(w, "error", text);
	jsonw_str(w, "code", code);
	if (own)
		jsonw_str_opt(w, "field", d->field);
	jsonw_str(w, "type", type);
	jsonw_str(w, "title", err_text(e));
	jsonw_int(w, "status", rp->status);
	jsonw_str(w, "detail", text);
	jsonw_str(w, "request_id", rq->id);
	jsonw_end(w);
}

void
reply_err(struct reply *rp, const struct req *rq, enum err e,
    const struct diag *d)
{
	reply_err_as(rp, rq, e, d, reply_err_status(e));
}

void
reply_err_as(struct reply *rp, const struct req *rq, enum err e,
    const struct diag *d, int status)
{
	struct reply	 was = *rp;

	reply_clear(rp);
	rp->limit = was.limit;
	rp->limit_window_s = was.limit_window_s;
	rp->status = status;
	rp->allow = e == ERR_METHOD ? was.allow : NULL;
	rp->challenge = e == ERR_UNAUTH;
	if (e == ERR_LIMITED)
		rp->retry_after = was.retry_after;
	else if (e == ERR_FULL)
		rp->retry_after = RETRY_FULL_S;
	else if (rp->status == 503)
		rp->retry_after = RETRY_BUSY_S;
	problem(rp, rq, e, d);
}

/* --- sending ---------------------------------------------------------------*/

static const char *
reason(int status)
{
	static const struct {
		int		 status;
		const char	*text;
	} reasons[] = {
		{ 200, "OK" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 206, "Partial Content" }, { 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 411, "Length Required" },
		{ 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "";
}

/* Does If-None-Match name this ETag?  Weak comparison (RFC 9110, 8.8.3.2). */
static bool
etag_matches(const char *header, const char *etag)
{
	size_t	 n = strlen(etag);

	for (const char *s = header; *s != '\0';) {
		s += strspn(s, " \t,");
		if (*s == '*')
			return true;
		if (strncmp(s, "W/", 2) == 0)
			s += 2;
		if (strncmp(s, etag, n) == 0 &&
		    (s[n] == '\0' || strchr(" \t,", s[n]) != NULL))
			return true;
		s += strcspn(s, ",");
	}
	return false;
}

static const char *
cache_text(enum cache_rule r)
{
	switch (r) {
	case CACHE_REVALIDATE:
		return "no-cache";
	case CACHE_PUBLIC_5MIN:
		return "public, max-age=300";
	case CACHE_PRIVATE:
		return "private, no-cache";
	case CACHE_NONE:
		break;
	}
	return "no-store";
}

/* Sets the ETag of what may be cached; turns a match into 304. */
static void
condition(struct reply *rp, const struct req *rq)
{
	char	 hex[SHA256_HEX_SIZE];

	if (rp->status != 200 || rp->cache == CACHE_NONE)
		return;
	if (rp->etag[0] == '\0' && rp->file_fd == -1 &&
	    sha256_mem(rp->body.data, rp->body.len, hex) == ERR_OK)
		reply_etag(rp, hex);
	if (rp->etag[0] != '\0' && etag_matches(rq->if_none_match, rp->etag))
		rp->status = 304;
}

/* Turns the reply into the part that was asked for, or into 416. */
static void
part(struct reply *rp, const struct req *rq)
{
	struct diag	 d = DIAG_INIT;
	int64_t		 first = 0, count = 0, size = rp->file_size;

	if (rp->status != 200 || !rp->ranges || rq->method != METHOD_GET)
		return;
	switch (range_parse(rq->range, rq->if_range, rp->etag, size, &first,
	    &count)) {
	case RANGE_WHOLE:
		return;
	case RANGE_PART:
		if (lseek(rp->file_fd, first, SEEK_SET) == -1)
			return;
		rp->status = 206;
		rp->file_size = count;
		rp->range_first = first;
		break;
	case RANGE_BEYOND:
		diag_set(&d, ERR_INVAL, "Range", "the range is beyond the "
		    "end: there are %lld bytes", (long long)size);
		reply_err(rp, rq, ERR_INVAL, &d);
		buf_addc(&rp->body, '\n');
		rp->status = 416;
		break;
	}
	rp->range_total = size;
}

static int64_t
length(const struct reply *rp)
{
	return (int64_t)(rp->body.len + rp->tail.len) +
	    (rp->file_fd == -1 ? 0 : rp->file_size);
}

/* What only stored files have. */
static void
file_headers(struct buf *h, const struct reply *rp)
{
	unsigned char	 raw[SHA256_LEN];

	if (rp->status == 206)
		buf_addf(h, "Content-Range: bytes %lld-%lld/%lld\r\n",
		    (long long)rp->range_first, (long long)(rp->range_first +
		    rp->file_size - 1), (long long)rp->range_total);
	else if (rp->status == 416)
		buf_addf(h, "Content-Range: bytes */%lld\r\n",
		    (long long)rp->range_total);
	if (rp->ranges)
		buf_adds(h, "Accept-Ranges: bytes\r\n");
	if (rp->filename[0] != '\0')
		buf_addf(h, "Content-Disposition: attachment; "
		    "filename=\"%s\"\r\n", rp->filename);
	if (hex_decode(rp->sha256, raw, sizeof(raw)) != ERR_OK)
		return;
	buf_addf(h, "X-BPF-SHA256: %s\r\nRepr-Digest: sha-256=:", rp->sha256);
	b64_encode(raw, sizeof(raw), h);
	buf_adds(h, ":\r\n");
}

/*
 * The limit the caller is under (draft-ietf-httpapi-ratelimit-headers, in
 * the form with one header a number, which clients know).
 */
static void
limit_headers(struct buf *h, const struct reply *rp)
{
	if (rp->limit.limit <= 0)
		return;
	buf_addf(h, "RateLimit-Limit: %lld\r\nRateLimit-Remaining: %lld\r\n"
	    "RateLimit-Reset: %lld\r\nRateLimit-Policy: %lld;w=%lld\r\n",
	    (long long)rp->limit.limit, (long long)rp->limit.remaining,
	    (long long)rp->limit.reset_s, (long long)rp->limit.limit,
	    (long long)rp->limit_window_s);
}

static void
headers(struct buf *h, const struct reply *rp, const struct req *rq)
{
	int	 status = rp->status;

	/* nginx tells 401 from 403 and takes all else for trouble. */
	if (rq->auth_only && status >= 400 && status != 401)
		status = 403;
	buf_addf(h, "Status: %d %s\r\n", status, reason(status));
	if (rp->status != 304 && rp->status != 204)
		buf_addf(h, "Content-Type: %s\r\nContent-Length: %lld\r\n",
		    rp->type, (long long)length(rp));
	buf_addf(h, "X-Request-Id: %s\r\n", rq->id);
	if (rq->traceparent[0] != '\0')
		buf_addf(h, "traceparent: %s\r\n", rq->traceparent);
	buf_addf(h, "Cache-Control: %s\r\n", rp->status < 400 ?
	    cache_text(rp->cache) : "no-store");
	if (rp->etag[0] != '\0')
		buf_addf(h, "ETag: %s\r\n", rp->etag);
	if (rp->allow != NULL)
		buf_addf(h, "Allow: %s\r\n", rp->allow);
	if (rp->retry_after > 0)
		buf_addf(h, "Retry-After: %d\r\n", rp->retry_after);
	limit_headers(h, rp);
	if (rp->challenge)
		buf_addf(h, "WWW-Authenticate: Bearer realm=\"bpfcompat\"%s"
		    "\r\n", req_has_credentials(rq) ?
		    ", error=\"invalid_token\"" : "");
	if (rq->auth_only && rp->status >= 400)
		buf_addf(h, "X-Bpfcompat-Status: %d\r\n"
		    "X-Bpfcompat-Refusal: %s\r\n", rp->status,
		    buf_str(&rp->body));
	file_headers(h, rp);
	if (rq->https)
		buf_adds(h, "Strict-Transport-Security: "
		    "max-age=31536000; includeSubDomains\r\n");
	buf_adds(h, "X-Frame-Options: DENY\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "Permissions-Policy: geolocation=(), camera=(), microphone=()\r\n"
	    "Content-Security-Policy: default-src 'none'; base-uri 'none'; "
	    "frame-ancestors 'none'\r\n\r\n");
}

static enum err
send_file(struct reply *rp, struct transport *t)
{
	char		 chunk[32 * 1024];
	int64_t		 left = rp->file_size;
	ssize_t		 n;
	enum err	 e;

	while (left > 0) {
		n = read(rp->file_fd, chunk, left < (int64_t)sizeof(chunk) ?
		    (size_t)left : sizeof(chunk));
		/* Shorter than it was: the length is promised already. */
		if (n <= 0)
			return ERR_IO;
		if ((e = transport_write(t, chunk, (size_t)n)) != ERR_OK)
			return e;
		left -= n;
		rp->sent += n;
	}
	return ERR_OK;
}

enum err
reply_send(struct reply *rp, const struct req *rq, struct transport *t)
{
	struct buf	 h = BUF_INIT(8192);
	struct diag	 d = DIAG_INIT;
	bool		 body;
	enum err	 e;

	if (rp->status != 204 && !rq->auth_only &&
	    (strcmp(rp->type, "application/json") == 0 ||
	    rp->type == REPLY_PROBLEM))
		buf_addc(rp->json.out == &rp->tail ? &rp->tail : &rp->body,
		    '\n');
	if ((e = buf_err(&rp->body)) != ERR_OK ||
	    (e = buf_err(&rp->tail)) != ERR_OK) {
		reply_err(rp, rq, e == ERR_NOMEM ? e : ERR_INTERNAL, &d);
		buf_addc(&rp->body, '\n');
	}
	condition(rp, rq);
	part(rp, rq);
	headers(&h, rp, rq);
	body = rq->method != METHOD_HEAD && rp->status != 304 &&
	    rp->status != 204;
	if ((e = buf_err(&h)) == ERR_OK)
		e = transport_write(t, h.data, h.len);
	buf_clear(&h);
	if (e != ERR_OK || !body)
		return e;
	if ((e = transport_write(t, rp->body.data, rp->body.len)) != ERR_OK)
		return e;
	rp->sent = (int64_t)rp->body.len;
	if (rp->file_fd != -1 && (e = send_file(rp, t)) != ERR_OK)
		return e;
	if ((e = transport_write(t, rp->tail.data, rp->tail.len)) == ERR_OK)
		rp->sent += (int64_t)rp->tail.len;
	return e;
}
