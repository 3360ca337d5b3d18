#include "base/http_get.h"

#include <curl/curl.h>
#include <stdio.h>

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	/* Fewer than were given ends the transfer. */
	return buf_add(arg, p, size * n) == ERR_OK ? size * n : 0;
}

static enum err
result(CURL *c, CURLcode rc, const struct buf *body, const char *text,
    struct diag *d)
{
	long	 status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	switch (rc) {
	case CURLE_OK:
		if (status == 200)
			return ERR_OK;
		return diag_set(d, ERR_PROTO, NULL, "status %ld", status);
	case CURLE_OPERATION_TIMEDOUT:
		return diag_set(d, ERR_TIMEOUT, NULL, "no answer in time");
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		return diag_set(d, ERR_TOOBIG, NULL,
		    "the answer is larger than %zu bytes", body->max);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_TOO_MANY_REDIRECTS:
	case CURLE_URL_MALFORMAT:
		return diag_set(d, ERR_PROTO, NULL, "%s",
		    curl_easy_strerror(rc));
	case CURLE_OUT_OF_MEMORY:
		return ERR_NOMEM;
	default:
		return diag_set(d, ERR_UNAVAILABLE, NULL, "%s",
		    text[0] != '\0' ? text : curl_easy_strerror(rc));
	}
}

static CURLcode
options(CURL *c, const struct http_want *w, struct buf *body, char *text)
{
	CURLcode	 rc = CURLE_OK;

#define SET(opt, value)							\
	if (rc == CURLE_OK)						\
		rc = curl_easy_setopt(c, CURLOPT_##opt, value)
	SET(URL, w->url);
	SET(PROTOCOLS_STR, "https");
	SET(REDIR_PROTOCOLS_STR, "https");
	SET(FOLLOWLOCATION, 1L);
	SET(MAXREDIRS, (long)HTTP_REDIRECTS_MAX);
	SET(NOSIGNAL, 1L);
	SET(TIMEOUT_MS, (long)w->timeout_ms);
	SET(MAXFILESIZE_LARGE, (curl_off_t)body->max);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(USERAGENT, "bpfcompat");
	SET(ERRORBUFFER, text);
	SET(WRITEFUNCTION, on_body);
	SET(WRITEDATA, body);
	if (w->ca_path[0] != '\0') {
		SET(CAINFO, w->ca_path);
		SET(CAPATH, NULL);
	}
#undef SET
	return rc;
}

enum err
http_get(const struct http_want *w, struct buf *body, struct diag *d)
{
	char			 text[CURL_ERROR_SIZE] = "", accept[128];
	struct curl_slist	*headers = NULL;
	CURL			*c = NULL;
	CURLcode		 rc;
	enum err		 e = ERR_NOMEM;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_INTERNAL;
	snprintf(accept, sizeof(accept), "Accept: %s", w->accept);
	if ((headers = curl_slist_append(NULL, accept)) == NULL ||
	    (c = curl_easy_init()) == NULL)
		goto out;
	if ((rc = options(c, w, body, text)) == CURLE_OK &&
	    (rc = curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers)) ==
	    CURLE_OK)
		rc = curl_easy_perform(c);
	e = result(c, rc, body, text, d);
out:
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	curl_global_cleanup();
	return e;
}
