#include "req.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "transport.h"

static const char	*const names[] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_OTHER] = "OTHER",
};

const char *
method_name(enum method m)
{
	return names[m];
}

static enum method
method_parse(const char *s)
{
	for (int m = METHOD_GET; m < METHOD_OTHER; m++)
		if (strcmp(s, names[m]) == 0)
			return (enum method)m;
	return METHOD_OTHER;
}

/* "" when the variable is not there. */
static enum err
copy(const struct transport *t, const char *var, const char *shown, char *out,
    size_t size, struct diag *d)
{
	const char	*v = transport_var(t, var);
	size_t		 len;

	if (v == NULL)
		v = "";
	len = strlen(v);
	if (len >= size)
		return diag_set(d, ERR_TOOBIG, shown,
		    "%s is longer than %zu bytes", shown, size - 1);
	memcpy(out, v, len + 1);
	return ERR_OK;
}

/*
 * Every header that carries a credential, and where it goes.  Authorization
 * may leave out "Bearer": older clients do.
 */
static const struct {
	const char	*var;
	const char	*shown;
	size_t		 off;
	size_t		 size;
} credentials[] = {
#define CREDENTIAL(var, shown, m)	\
	{ var, shown, offsetof(struct req, m), sizeof(((struct req *)0)->m) }
	CREDENTIAL("HTTP_X_API_KEY", "X-API-Key", api_key),
	CREDENTIAL("HTTP_X_API_TOKEN", "X-API-Token", api_token),
	CREDENTIAL("HTTP_AUTHORIZATION", "Authorization", bearer),
	CREDENTIAL("HTTP_X_API_IDENTITY_TOKEN", "X-API-Identity-Token",
	    identity),
	CREDENTIAL("HTTP_X_EXECUTE_APPROVAL_TOKEN",
	    "X-Execute-Approval-Token", approval),
#undef CREDENTIAL
};

/* Takes "skip" bytes and blanks off the front, and blanks off the end. */
static void
trim(char *s, size_t skip)
{
	char	*p = s + skip;
	size_t	 n;

	p += strspn(p, " \t");
	n = strlen(p);
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	memmove(s, p, n);
	s[n] = '\0';
}

static enum err
credentials_read(const struct transport *t, struct req *rq, struct diag *d)
{
	enum err	 e;

	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]);
	    i++) {
		char	*out = (char *)rq + credentials[i].off;

		if ((e = copy(t, credentials[i].var, credentials[i].shown,
		    out, credentials[i].size, d)) != ERR_OK)
			return e;
		trim(out, 0);
	}
	if (strncasecmp(rq->bearer, "Bearer ", 7) == 0)
		trim(rq->bearer, 7);
	return ERR_OK;
}

bool
req_has_credentials(const struct req *rq)
{
	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]);
	    i++)
		if (((const char *)rq)[credentials[i].off] != '\0')
			return true;
	return false;
}

void
req_clear(struct req *rq)
{
	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]);
	    i++)
		explicit_bzero((char *)rq + credentials[i].off,
		    credentials[i].size);
}

static enum err
length_parse(const char *s, int64_t *out, struct diag *d)
{
	int64_t	 n = 0;

	*out = -1;
	if (s == NULL || s[0] == '\0')
		return ERR_OK;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > INT64_MAX / 10 - 9)
			return diag_set(d, ERR_INVAL, "Content-Length",
			    "Content-Length is no number");
		n = n * 10 + (*s - '0');
	}
	*out = n;
	return ERR_OK;
}

/* The caller's id when it is harmless in a header and in a log. */
static void
id_take(const char *s, char *out)
{
	static const char	 ok[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
	size_t			 len = s == NULL ? 0 : strlen(s);

	if (len == 0 || len > REQ_ID_MAX || strspn(s, ok) != len) {
		rnd_hex(16, out);
		return;
	}
	memcpy(out, s, len + 1);
}

static bool
hex_part(const char *s, size_t len, bool zero_ok)
{
	bool	 zero = true;

	for (size_t i = 0; i < len; i++) {
		if (strchr("0123456789abcdef", s[i]) == NULL || s[i] == '\0')
			return false;
		if (s[i] != '0')
			zero = false;
	}
	return zero_ok || !zero;
}

/* version(2)-trace id(32)-parent id(16)-flags(2), W3C Trace Context. */
static void
traceparent_take(const char *s, char *out)
{
	out[0] = '\0';
	if (s == NULL || strlen(s) != REQ_TRACEPARENT_LEN ||
	    s[2] != '-' || s[35] != '-' || s[52] != '-')
		return;
	if (!hex_part(s, 2, true) || memcmp(s, "ff", 2) == 0 ||
	    !hex_part(s + 3, 32, false) || !hex_part(s + 36, 16, false) ||
	    !hex_part(s + 53, 2, true))
		return;
	memcpy(out, s, REQ_TRACEPARENT_LEN + 1);
}

static bool
flag(const struct transport *t, const char *var)
{
	const char	*v = transport_var(t, var);

	return v != NULL && strcmp(v, "1") == 0;
}

/*
 * Parameters of nginx, not headers of the request.  A name that does not fit
 * is none: half a name could be somebody else's.
 */
static void
cert_read(const struct transport *t, struct mtls_cert *c)
{
	const char	*v = transport_var(t, "SSL_CLIENT_VERIFY");

	if (v == NULL || strcmp(v, "SUCCESS") != 0 ||
	    copy(t, "SSL_CLIENT_S_DN", "", c->subject, sizeof(c->subject),
	    NULL) != ERR_OK || copy(t, "SSL_CLIENT_SERIAL", "", c->serial,
	    sizeof(c->serial), NULL) != ERR_OK)
		memset(c, 0, sizeof(*c));
}

enum err
req_read(const struct transport *t, struct req *rq, struct diag *d)
{
	const char	*v;
	enum err	 e;

	memset(rq, 0, sizeof(*rq));
	rq->content_length = -1;
	id_take(transport_var(t, "HTTP_X_REQUEST_ID"), rq->id);
	traceparent_take(transport_var(t, "HTTP_TRACEPARENT"),
	    rq->traceparent);
	v = transport_var(t, "REQUEST_METHOD");
	rq->method = method_parse(v == NULL ? "" : v);
	v = transport_var(t, "HTTP_ACCEPT");
	rq->wants_problem = v != NULL &&
	    strstr(v, "application/problem+json") != NULL;
	v = transport_var(t, "HTTPS");
	rq->https = v != NULL && strcasecmp(v, "on") == 0;
	rq->auth_only = flag(t, "BPFCOMPAT_AUTH_ONLY");
	rq->no_wait = flag(t, "BPFCOMPAT_NO_WAIT");
	v = transport_var(t, "REMOTE_ADDR");
	if (v != NULL && strlen(v) < sizeof(rq->remote))
		memcpy(rq->remote, v, strlen(v) + 1);
	memcpy(rq->client, rq->remote, sizeof(rq->client));
	v = transport_var(t, "HTTP_USER_AGENT");
	if (v != NULL)
		memcpy(rq->user_agent, v, strnlen(v, REQ_AGENT_MAX));
	if (copy(t, "HTTP_X_FORWARDED_FOR", "X-Forwarded-For", rq->forwarded,
	    sizeof(rq->forwarded), NULL) != ERR_OK)
		rq->forwarded[0] = '\0';
	cert_read(t, &rq->cert);

	if ((e = copy(t, "DOCUMENT_URI", "path", rq->path, sizeof(rq->path),
	    d)) != ERR_OK ||
	    (e = copy(t, "QUERY_STRING", "query", rq->query,
	    sizeof(rq->query), d)) != ERR_OK ||
	    (e = copy(t, "CONTENT_TYPE", "Content-Type", rq->content_type,
	    sizeof(rq->content_type), d)) != ERR_OK ||
	    (e = copy(t, "HTTP_IF_NONE_MATCH", "If-None-Match",
	    rq->if_none_match, sizeof(rq->if_none_match), d)) != ERR_OK ||
	    (e = copy(t, "HTTP_RANGE", "Range", rq->range,
	    sizeof(rq->range), d)) != ERR_OK ||
	    (e = copy(t, "HTTP_IF_RANGE", "If-Range", rq->if_range,
	    sizeof(rq->if_range), d)) != ERR_OK ||
	    (e = copy(t, "HTTP_IDEMPOTENCY_KEY", "Idempotency-Key",
	    rq->idempotency_key, sizeof(rq->idempotency_key), d)) != ERR_OK ||
	    (e = credentials_read(t, rq, d)) != ERR_OK)
		return e;
	return length_parse(transport_var(t, "CONTENT_LENGTH"),
	    &rq->content_length, d);
}
