#include "base/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"

#define ETAG_MAX	256
/* Tries that bring nothing new, and the pause before the second; it doubles. */
#define TRIES_MAX	4
#define PAUSE_MS	250
/* "host:port:" and the addresses, by commas. */
#define PIN_MAX		(300 + HTTP_ADDRESSES_MAX * 48)

/* Where the body goes: a buffer, or a file. */
struct	sink {
	struct buf	*buf;
	int		 fd;
	int64_t		 max, len;	/* of the file */
	char		 etag[ETAG_MAX];	/* of what is in it */
	bool		 odd;		/* not the part that was asked for */
	bool		 failed;	/* writing did; "error" is its errno */
	int		 error;
};

/* One address on the way: what was asked for and what came of it. */
struct	hop {
	const struct http_want *w;
	struct sink	*sink;
	CURL		*c;
	bool		 first;
	bool		 https;		/* this one is */
	char		 host[256], port[8];
	struct net_addr	 ok[HTTP_ADDRESSES_MAX];	/* checked */
	size_t		 nok;
	bool		 refused;	/* by the guard, at the socket */
	long		 status;
	char		 etag[ETAG_MAX];
	char		 range[32];	/* that is asked for */
	int64_t		 range_from;	/* of a 206; -1: not said */
	char		 text[CURL_ERROR_SIZE];
};

/* --- what the library asks us ----------------------------------------------*/

static size_t
keep(struct sink *s, const char *p, size_t n)
{
	if (s->buf != NULL)
		return buf_add(s->buf, p, n) == ERR_OK ? n : 0;
	if (s->len + (int64_t)n > s->max)
		return 0;
	if (fsio_write_all(s->fd, p, n) != ERR_OK) {
		s->failed = true;
		s->error = errno;
		return 0;
	}
	s->len += (int64_t)n;
	return n;
}

/* What was left of a try before is only good under the same name. */
static bool
begin_file(struct hop *h)
{
	struct sink	*s = h->sink;

	if (h->status == 206 && h->range_from == s->len)
		return true;
	s->odd = h->status == 206;
	s->len = 0;
	snprintf(s->etag, sizeof(s->etag), "%s", h->etag);
	if (ftruncate(s->fd, 0) == 0 && lseek(s->fd, 0, SEEK_SET) == 0)
		return !s->odd;
	s->failed = true;
	s->error = errno;
	return false;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct hop	*h = arg;

	if (h->status == 0) {
		curl_easy_getinfo(h->c, CURLINFO_RESPONSE_CODE, &h->status);
		if (h->sink->buf == NULL && h->status / 100 == 2 &&
		    !begin_file(h))
			return 0;
	}
	/* What comes with a redirect is not what was asked for. */
	if (h->status / 100 == 3 ||
	    (h->sink->buf == NULL && h->status / 100 != 2))
		return size * n;
	/* Fewer than were given ends the transfer. */
	return keep(h->sink, p, size * n);
}

/* The value of the header "name" in a line; NULL: it is another one. */
static const char *
header_value(const char *line, size_t n, const char *name, size_t *len)
{
	size_t	 k = strlen(name);

	if (n <= k || line[k] != ':' || strncasecmp(line, name, k) != 0)
		return NULL;
	for (k++; k < n && (line[k] == ' ' || line[k] == '\t'); k++)
		;
	while (n > k && strchr("\r\n \t", line[n - 1]) != NULL)
		n--;
	*len = n - k;
	return line + k;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct hop	*h = arg;
	const char	*v;
	char		 text[64];
	size_t		 len;

	n *= size;
	if ((v = header_value(p, n, "etag", &len)) != NULL) {
		/* A weak one names no bytes. */
		if (len > 0 && len < sizeof(h->etag) && v[0] == '"')
			snprintf(h->etag, sizeof(h->etag), "%.*s", (int)len,
			    v);
	} else if ((v = header_value(p, n, "content-range", &len)) != NULL) {
		snprintf(text, sizeof(text), "%.*s", (int)len, v);
		if (strncasecmp(text, "bytes ", 6) == 0)
			h->range_from = strtoll(text + 6, NULL, 10);
	}
	return n;
}

/* The last look, at what is about to be connected to. */
static curl_socket_t
on_socket(void *arg, curlsocktype what, struct curl_sockaddr *a)
{
	struct hop	*h = arg;
	struct net_addr	 is;

	if (what != CURLSOCKTYPE_IPCXN || !net_addr_from(&a->addr, &is))
		return CURL_SOCKET_BAD;
	for (size_t i = 0; i < h->nok; i++)
		if (memcmp(&h->ok[i], &is, sizeof(is)) == 0)
			return socket(a->family, a->socktype | SOCK_CLOEXEC,
			    a->protocol);
	h->refused = true;
	return CURL_SOCKET_BAD;
}

/* --- where a hop leads -------------------------------------------------------*/

static bool
allowed(const struct http_guard *g, const struct net_addr *a)
{
	return g->internal || net_not_public(a) == NULL ||
	    net_list_has(&g->allow, a);
}

/*
 * Whoever chooses an address shall not learn from us where a name leads, so
 * the message does not tell which address it was.
 */
static enum err
not_public(struct diag *d)
{
	diag_set(d, ERR_DENIED, "artifact_uri", "the address leads into a "
	    "network that nothing is fetched from; only public addresses "
	    "are, or those of BPFCOMPAT_FETCH_ALLOW_NETS");
	diag_word(d, "address_refused");
	return ERR_DENIED;
}

static enum err
check_answer(struct hop *h, const struct addrinfo *ai, struct diag *d)
{
	for (h->nok = 0; ai != NULL; ai = ai->ai_next) {
		if (h->nok == HTTP_ADDRESSES_MAX)
			return diag_set(d, ERR_DENIED, "artifact_uri",
			    "the name has more than %d addresses",
			    HTTP_ADDRESSES_MAX);
		/* One that may not be reached spoils them all. */
		if (!net_addr_from(ai->ai_addr, &h->ok[h->nok]) ||
		    !allowed(h->w->guard, &h->ok[h->nok]))
			return not_public(d);
		h->nok++;
	}
	return h->nok > 0 ? ERR_OK : diag_set(d, ERR_UNAVAILABLE, NULL,
	    "the name has no address");
}

/* "host:port:address,address" for the library, which then asks nobody. */
static enum err
pin(struct hop *h, const struct addrinfo *ai, char out[static PIN_MAX])
{
	char	 text[NI_MAXHOST];
	size_t	 n;

	n = (size_t)snprintf(out, PIN_MAX, "%s:%s:", h->host, h->port);
	for (const char *sep = ""; ai != NULL; ai = ai->ai_next, sep = ",") {
		if (getnameinfo(ai->ai_addr, ai->ai_addrlen, text,
		    sizeof(text), NULL, 0, NI_NUMERICHOST) != 0)
			return ERR_INTERNAL;
		n += (size_t)snprintf(out + n, PIN_MAX - n,
		    ai->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", sep, text);
		if (n >= PIN_MAX)
			return ERR_TOOBIG;
	}
	return ERR_OK;
}

static enum err
resolve(struct hop *h, struct curl_slist **pins, struct diag *d)
{
	const struct addrinfo	 hints = { .ai_family = AF_UNSPEC,
				    .ai_socktype = SOCK_STREAM };
	struct addrinfo		*ai = NULL;
	char			 host[sizeof(h->host)], text[PIN_MAX];
	size_t			 n = strlen(h->host);
	int			 rc;
	enum err		 e;

	/* "[::1]" */
	snprintf(host, sizeof(host), "%s", h->host);
	if (n > 2 && host[0] == '[') {
		memmove(host, host + 1, n - 2);
		host[n - 2] = '\0';
	}
	rc = (h->w->guard->resolve != NULL ? h->w->guard->resolve :
	    getaddrinfo)(host, h->port, &hints, &ai);
	if (rc != 0)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the name does not "
		    "resolve: %s", gai_strerror(rc));
	if ((e = check_answer(h, ai, d)) == ERR_OK &&
	    (e = pin(h, ai, text)) == ERR_OK &&
	    (*pins = curl_slist_append(NULL, text)) == NULL)
		e = ERR_NOMEM;
	freeaddrinfo(ai);
	return e;
}

static enum err
check_port(struct hop *h, struct diag *d)
{
	long	 port = strtol(h->port, NULL, 10);

	/* Below 1024 other services speak, some of them to anybody. */
	if (h->w->guard == NULL || h->w->guard->internal || port == 80 ||
	    port == 443 || port >= 1024)
		return ERR_OK;
	diag_set(d, ERR_DENIED, "artifact_uri", "port %ld is no web server's; "
	    "80, 443 and those from 1024 are fetched from", port);
	diag_word(d, "address_refused");
	return ERR_DENIED;
}

/* Takes the address apart; "was_https": the hop before was. */
static enum err
take_apart(struct hop *h, const char *url, bool was_https, struct diag *d)
{
	char		*scheme = NULL, *host = NULL, *port = NULL;
	CURLU		*u = curl_url();
	enum err	 e = ERR_OK;

	if (u == NULL)
		return ERR_NOMEM;
	if (strlen(url) > HTTP_URL_MAX ||
	    curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) !=
	    CURLUE_OK || curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) !=
	    CURLUE_OK || curl_url_get(u, CURLUPART_HOST, &host, 0) !=
	    CURLUE_OK || curl_url_get(u, CURLUPART_PORT, &port,
	    CURLU_DEFAULT_PORT) != CURLUE_OK || strlen(host) >=
	    sizeof(h->host) || strlen(port) >= sizeof(h->port)) {
		e = diag_set(d, ERR_PROTO, "artifact_uri", "%s is no usable "
		    "http address", h->first ? "it" : "its redirect");
		goto out;
	}
	h->https = strcmp(scheme, "https") == 0;
	snprintf(h->host, sizeof(h->host), "%s", host);
	snprintf(h->port, sizeof(h->port), "%s", port);
	if (!h->https && (strcmp(scheme, "http") != 0 || !h->w->plain))
		e = diag_set(d, ERR_PROTO, "artifact_uri", "%s is no https "
		    "address", h->first ? "it" : "its redirect");
	else if (!h->https && was_https)
		e = diag_set(d, ERR_PROTO, "artifact_uri", "it redirects from "
		    "https to http");
	else
		e = check_port(h, d);
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return e;
}

/* --- one hop ------------------------------------------------------------------*/

static enum err
add_header(struct curl_slist **l, const char *text)
{
	struct curl_slist	*more = curl_slist_append(*l, text);

	if (more == NULL)
		return ERR_NOMEM;
	*l = more;
	return ERR_OK;
}

static enum err
headers_of(const struct hop *h, struct curl_slist **l)
{
	const struct http_want	*w = h->w;
	char			 text[ETAG_MAX + 64];
	enum err		 e = ERR_OK;

	if (w->accept != NULL) {
		snprintf(text, sizeof(text), "Accept: %s", w->accept);
		e = add_header(l, text);
	}
	if (e == ERR_OK && h->sink->buf == NULL && h->sink->len > 0) {
		snprintf(text, sizeof(text), "If-Range: %s", h->sink->etag);
		e = add_header(l, text);
	}
	if (!h->first)
		return e;
	for (size_t i = 0; e == ERR_OK && w->headers != NULL &&
	    w->headers[i] != NULL; i++)
		e = add_header(l, w->headers[i]);
	if (e != ERR_OK || w->body == NULL)
		return e;
	snprintf(text, sizeof(text), "Content-Type: %.100s",
	    w->content_type != NULL ? w->content_type : "application/json");
	if ((e = add_header(l, text)) == ERR_OK)
		e = add_header(l, "Expect:");
	return e;
}

#define SET(opt, value)							\
	if (rc == CURLE_OK)						\
		rc = curl_easy_setopt(h->c, CURLOPT_##opt, value)

static CURLcode
options(struct hop *h, const char *url, int64_t left)
{
	const struct http_want	*w = h->w;
	CURLcode		 rc = CURLE_OK;

	SET(URL, url);
	SET(PROTOCOLS_STR, w->plain ? "http,https" : "https");
	SET(FOLLOWLOCATION, 0L);
	SET(NOSIGNAL, 1L);
	SET(TIMEOUT_MS, (long)left);
	SET(CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_MS);
	SET(LOW_SPEED_LIMIT, 1L);
	SET(LOW_SPEED_TIME, (long)(HTTP_STALL_MS / 1000));
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(USERAGENT, "bpfcompat");
	SET(ERRORBUFFER, h->text);
	SET(WRITEFUNCTION, on_body);
	SET(WRITEDATA, h);
	SET(HEADERFUNCTION, on_header);
	SET(HEADERDATA, h);
	if (h->sink->buf != NULL) {
		SET(MAXFILESIZE_LARGE, (curl_off_t)h->sink->buf->max);
	} else {
		SET(MAXFILESIZE_LARGE, (curl_off_t)h->sink->max);
		if (h->sink->len > 0) {
			snprintf(h->range, sizeof(h->range), "%lld-",
			    (long long)h->sink->len);
			SET(RANGE, h->range);
		}
	}
	if (w->ca_path != NULL && w->ca_path[0] != '\0') {
		SET(CAINFO, w->ca_path);
		SET(CAPATH, NULL);
	}
	if (h->first && w->cert != NULL && w->cert[0] != '\0') {
		SET(SSLCERT, w->cert);
		SET(SSLKEY, w->key);
	}
	if (w->body != NULL) {
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)(w->body_len != 0 ?
		    w->body_len : strlen(w->body)));
		SET(POSTFIELDS, w->body);
	}
	return rc;
}

static CURLcode
options_guard(struct hop *h, struct curl_slist *pins)
{
	CURLcode	 rc = CURLE_OK;

	/* Another machine would do the looking up for us. */
	SET(PROXY, "");
	SET(RESOLVE, pins);
	SET(OPENSOCKETFUNCTION, on_socket);
	SET(OPENSOCKETDATA, h);
	return rc;
}
#undef SET

static enum err
broke(const struct hop *h, CURLcode rc, struct diag *d)
{
	const struct sink	*s = h->sink;

	if (h->refused)
		return not_public(d);
	if (s->failed) {
		errno = s->error;
		return diag_errno(d, "cannot keep what is fetched");
	}
	if (s->odd)
		return diag_set(d, ERR_PROTO, NULL, "it sent another part "
		    "than was asked for");
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return diag_set(d, ERR_TIMEOUT, NULL, "no answer in time");
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		return diag_set(d, ERR_TOOBIG, NULL, "the answer is larger "
		    "than %lld bytes", s->buf != NULL ?
		    (long long)s->buf->max : (long long)s->max);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return diag_set(d, ERR_PROTO, NULL, "%s",
		    curl_easy_strerror(rc));
	case CURLE_OUT_OF_MEMORY:
		return ERR_NOMEM;
	default:
		return diag_set(d, ERR_UNAVAILABLE, NULL, "%s",
		    h->text[0] != '\0' ? h->text : curl_easy_strerror(rc));
	}
}

/* *next: where it redirects to, the caller's; NULL: it does not. */
static enum err
perform(struct hop *h, const char *url, int64_t left, char **next,
    struct diag *d)
{
	struct curl_slist	*headers = NULL, *pins = NULL;
	char			*to = NULL;
	CURLcode		 rc;
	enum err		 e;

	curl_easy_reset(h->c);
	h->status = 0;
	h->etag[0] = h->text[0] = '\0';
	h->range_from = -1;
	if ((e = headers_of(h, &headers)) != ERR_OK ||
	    (h->w->guard != NULL && (e = resolve(h, &pins, d)) != ERR_OK))
		goto out;
	if ((rc = options(h, url, left)) == CURLE_OK &&
	    (h->w->guard == NULL ||
	    (rc = options_guard(h, pins)) == CURLE_OK) &&
	    (rc = curl_easy_setopt(h->c, CURLOPT_HTTPHEADER, headers)) ==
	    CURLE_OK)
		rc = curl_easy_perform(h->c);
	if (rc != CURLE_OK) {
		e = broke(h, rc, d);
		goto out;
	}
	curl_easy_getinfo(h->c, CURLINFO_RESPONSE_CODE, &h->status);
	curl_easy_getinfo(h->c, CURLINFO_REDIRECT_URL, &to);
	if (h->status / 100 == 3 && to != NULL &&
	    (*next = strdup(to)) == NULL)
		e = ERR_NOMEM;
out:
	curl_slist_free_all(headers);
	curl_slist_free_all(pins);
	return e;
}

/* Hop by hop until an answer; its status is h->status. */
static enum err
walk(struct hop *h, int64_t deadline, struct diag *d)
{
	char		*url = strdup(h->w->url), *next;
	bool		 was_https = false;
	int64_t		 left;
	enum err	 e = url == NULL ? ERR_NOMEM : ERR_OK;

	h->first = true;
	for (int i = 0; e == ERR_OK; i++) {
		next = NULL;
		if ((left = deadline - time_mono_ms()) <= 0)
			e = diag_set(d, ERR_TIMEOUT, NULL,
			    "no answer in time");
		else if ((e = take_apart(h, url, was_https, d)) == ERR_OK)
			e = perform(h, url, left, &next, d);
		was_https = h->https;
		h->first = false;
		free(url);
		if ((url = next) == NULL)
			break;
		if (h->w->body != NULL)
			e = diag_set(d, ERR_PROTO, NULL, "it redirects, and a "
			    "request with a body follows nowhere");
		else if (i == HTTP_REDIRECTS_MAX)
			e = diag_set(d, ERR_PROTO, NULL, "more than %d "
			    "redirects", HTTP_REDIRECTS_MAX);
	}
	free(url);
	return e;
}

static enum err
start(struct hop *h, struct diag *d)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_set(d, ERR_INTERNAL, NULL, "no HTTP library");
	if ((h->c = curl_easy_init()) != NULL)
		return ERR_OK;
	curl_global_cleanup();
	return ERR_NOMEM;
}

static void
stop(struct hop *h)
{
	curl_easy_cleanup(h->c);
	curl_global_cleanup();
}

enum err
http_get(const struct http_want *w, struct buf *body, int *status,
    struct diag *d)
{
	struct sink	 s = { .buf = body, .fd = -1 };
	struct hop	 h = { .w = w, .sink = &s };
	enum err	 e;

	if ((e = start(&h, d)) != ERR_OK)
		return e;
	e = walk(&h, time_mono_ms() + w->timeout_ms, d);
	if (e == ERR_OK && status != NULL)
		*status = (int)h.status;
	else if (e == ERR_OK && h.status / 100 != 2)
		e = diag_set(d, ERR_PROTO, NULL, "status %ld", h.status);
	stop(&h);
	return e;
}

/* --- a file, in as many tries as it takes -------------------------------------*/

static bool
patience(long status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

/* Nothing can be awaited here but time itself. */
static void
pause_ms(int64_t ms, int64_t deadline)
{
	int	 left = time_left_ms(deadline);

	poll(NULL, 0, ms < left ? (int)ms : left);
}

enum err
http_file(const struct http_want *w, int fd, int64_t max, struct diag *d)
{
	struct sink	 s = { .fd = fd, .max = max };
	struct hop	 h = { .w = w, .sink = &s };
	int64_t		 deadline = time_mono_ms() + w->timeout_ms, had;
	int64_t		 rest = PAUSE_MS;
	enum err	 e;

	if ((e = start(&h, d)) != ERR_OK)
		return e;
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		if (tries > 0) {
			pause_ms(rest, deadline);
			rest *= 2;
		}
		/* Without a name for them the bytes so far are worth nothing. */
		if (s.etag[0] == '\0' || lseek(fd, s.len, SEEK_SET) == -1)
			s.len = 0;
		had = s.len;
		if ((e = walk(&h, deadline, d)) == ERR_OK &&
		    h.status / 100 != 2)
			e = diag_set(d, patience(h.status) ? ERR_UNAVAILABLE :
			    ERR_PROTO, NULL, "status %ld", h.status);
		/* A transfer that stalled, too, while there is time. */
		if (e != ERR_UNAVAILABLE && (e != ERR_TIMEOUT ||
		    time_left_ms(deadline) == 0))
			break;
		if (s.len > had) {
			tries = 0;
			rest = PAUSE_MS;
		}
	}
	stop(&h);
	return e;
}
