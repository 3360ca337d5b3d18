#include "worker/cli/remote.h"

#include <stdio.h>
#include <string.h>

#include "base/http.h"
#include "domain/report.h"

/* Longer than the server lets anybody wait. */
#define ASK_MS		120000
#define HEADER_MAX	8192

/* Does the address lead to this machine? */
static bool
is_local(const char *url)
{
	static const char *const hosts[] = { "http://localhost",
		"http://127.0.0.1", "http://[::1]" };
	size_t	 n;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		n = strlen(hosts[i]);
		if (strncmp(url, hosts[i], n) == 0 && (url[n] == '\0' ||
		    url[n] == ':' || url[n] == '/'))
			return true;
	}
	return false;
}

static enum err
check(const struct remote *r, struct diag *d)
{
	bool	 secret = r->conf->remote_key[0] != '\0' ||
		    r->conf->remote_token[0] != '\0';

	if (strncmp(r->url, "https://", 8) != 0 &&
	    strncmp(r->url, "http://", 7) != 0)
		return diag_set(d, ERR_INVAL, "server", "--server must be an "
		    "address such as https://bpf.example.org");
	if (secret && r->url[4] != 's' && !is_local(r->url))
		return diag_set(d, ERR_INVAL, "server", "a key or token goes "
		    "over https only, or to this machine");
	return ERR_OK;
}

/* Header lines; empty ones are left out. */
static enum err
headers(const struct remote *r, char lines[2][HEADER_MAX],
    const char *list[3], struct diag *d)
{
	const struct { const char *name, *value; } all[] = {
		{ "X-API-Key", r->conf->remote_key },
		{ "X-API-Identity-Token", r->conf->remote_token },
	};
	size_t	 n = 0;

	for (size_t i = 0; i < 2; i++) {
		if (all[i].value[0] == '\0')
			continue;
		if (all[i].value[strcspn(all[i].value, "\r\n")] != '\0' ||
		    (size_t)snprintf(lines[n], HEADER_MAX, "%s: %s",
		    all[i].name, all[i].value) >= HEADER_MAX)
			return diag_set(d, ERR_INVAL, NULL, "the key or "
			    "token is no single line of reasonable length");
		list[n] = lines[n];
		n++;
	}
	list[n] = NULL;
	return ERR_OK;
}

static enum err
refused(int status, const struct jval *doc, struct diag *d)
{
	static const struct { int status; enum err e; } map[] = {
		{ 400, ERR_INVAL }, { 401, ERR_UNAUTH }, { 403, ERR_DENIED },
		{ 404, ERR_NOTFOUND }, { 413, ERR_TOOBIG },
		{ 429, ERR_LIMITED },
	};
	enum err	 e = ERR_UNAVAILABLE;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].status == status)
			e = map[i].e;
	return diag_set(d, e, jval_get_str(doc, "field", ""), "the server "
	    "says %d: %.600s", status, jval_get_str(doc, "error",
	    "no reason given"));
}

enum err
remote_ask(const struct remote *r, const char *path, const char *type,
    const struct buf *body, struct jval **doc, struct diag *d)
{
	struct buf	 answer = BUF_INIT(REPORT_MAX);
	struct jval	*j = NULL;
	char		 url[HTTP_URL_MAX], lines[2][HEADER_MAX];
	const char	*list[3];
	size_t		 n = strlen(r->url);
	struct http_want w = { .url = url, .accept = "application/json",
			    .ca_path = r->ca, .timeout_ms = ASK_MS,
			    .plain = true, .headers = list };
	int		 status = 0;
	enum err	 e;

	while (n > 0 && r->url[n - 1] == '/')
		n--;
	if ((e = check(r, d)) != ERR_OK ||
	    (e = headers(r, lines, list, d)) != ERR_OK)
		return e;
	if ((size_t)snprintf(url, sizeof(url), "%.*s/api%s", (int)n, r->url,
	    path) >= sizeof(url))
		return diag_set(d, ERR_INVAL, "server", "the address is too "
		    "long");
	if (body != NULL) {
		w.body = buf_str(body);
		w.body_len = body->len;
		w.content_type = type;
	}
	if ((e = http_get(&w, &answer, &status, d)) == ERR_OK &&
	    (e = jval_parse(buf_str(&answer), answer.len, &j, NULL)) !=
	    ERR_OK)
		e = diag_set(d, ERR_PROTO, NULL, "what answers at %.200s "
		    "(status %d) is no server of bpfcompat", r->url, status);
	buf_clear(&answer);
	if (e == ERR_OK && (status < 200 || status > 299)) {
		e = refused(status, j, d);
		jval_free(j);
	} else if (e == ERR_OK)
		*doc = j;
	return e;
}

void
remote_query(struct buf *b, const char *name, const char *value)
{
	const unsigned char	*p = (const unsigned char *)value;

	if (value[0] == '\0')
		return;
	buf_addf(b, "%c%s=", strchr(buf_str(b), '?') == NULL ? '?' : '&',
	    name);
	for (; *p != '\0'; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~", *p) != NULL)
			buf_addc(b, (char)*p);
		else
			buf_addf(b, "%%%02X", *p);
}
