/*
 * bpfcompat-keys: fetches the public keys of an issuer into their cache file
 * (keycache.h).  A program of its own, so that what answers requests of
 * strangers needs neither a network nor an HTTP library, and so that a slow
 * or hostile issuer meets a process that holds nothing.
 *
 *	bpfcompat-keys jwks|oidc SOURCE FILE TIMEOUT_MS SEEN renew|force
 *	    OIDC_TTL_MS [CA_FILE]
 *
 * SEEN is the time of the last try the caller knows of.  If the file tells
 * of another one by the time it is our turn, that one was made for us.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fsio.h"
#include "base/http.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "claims.h"
#include "jwks.h"
#include "keycache.h"

#define DISCOVERY_MAX	((size_t)64 * 1024)
#define DISCOVERY_PATH	"/.well-known/openid-configuration"
#define TRIES		2	/* a connection that fails may be bad luck */

struct	task {
	bool		 oidc, force;
	const char	*source, *file, *ca;
	int64_t		 timeout, seen, oidc_ttl;
};

static bool
number(const char *s, int64_t *out)
{
	char	*end;

	*out = strtoll(s, &end, 10);
	return end != s && *end == '\0' && *out >= 0;
}

static bool
parse(int argc, char **argv, struct task *t)
{
	memset(t, 0, sizeof(*t));
	if (argc < 8 || argc > 9)
		return false;
	t->oidc = strcmp(argv[1], "oidc") == 0;
	t->source = argv[2];
	t->file = argv[3];
	t->force = strcmp(argv[6], "force") == 0;
	t->ca = argc == 9 ? argv[8] : "";
	return number(argv[4], &t->timeout) && number(argv[5], &t->seen) &&
	    number(argv[7], &t->oidc_ttl);
}

static enum err
get(const struct task *t, const char *url, size_t max, struct jval **doc,
    struct diag *d)
{
	struct http_want	 w = { .url = url,
				    .accept = "application/json",
				    .ca_path = t->ca,
				    .timeout_ms = t->timeout };
	struct buf		 b = BUF_INIT(max);
	enum err		 e = ERR_UNAVAILABLE;

	for (int i = 0; i < TRIES && e == ERR_UNAVAILABLE; i++) {
		buf_reset(&b);
		e = http_get(&w, &b, NULL, d);
	}
	if (e == ERR_OK)
		e = jval_parse(b.data, b.len, doc, d);
	buf_clear(&b);
	return e;
}

/* Where the issuer says its keys are; it must say it of itself. */
static enum err
discover(const struct task *t, struct keycache *k, struct diag *d)
{
	char		 url[KEYCACHE_URI_MAX + sizeof(DISCOVERY_PATH)];
	struct jval	*doc = NULL;
	const char	*uri;
	size_t		 n = strlen(t->source);
	enum err	 e;

	if (n > 0 && t->source[n - 1] == '/')
		n--;
	snprintf(url, sizeof(url), "%.*s" DISCOVERY_PATH, (int)n, t->source);
	if ((e = get(t, url, DISCOVERY_MAX, &doc, d)) != ERR_OK)
		return e;
	uri = jval_get_str(doc, "jwks_uri", "");
	if (!claims_same_issuer(jval_get_str(doc, "issuer", ""), t->source))
		e = diag_set(d, ERR_PROTO, "issuer",
		    "its discovery document is another issuer's");
	else if (strncasecmp(uri, "https://", 8) != 0 ||
	    strlen(uri) > KEYCACHE_URI_MAX)
		e = diag_set(d, ERR_PROTO, "jwks_uri",
		    "its jwks_uri is no https address");
	if (e == ERR_OK) {
		snprintf(k->jwks_uri, sizeof(k->jwks_uri), "%s", uri);
		k->discovered_at = time_now_ms();
	}
	jval_free(doc);
	return e;
}

static enum err
fetch(const struct task *t, struct keycache *k, struct diag *d)
{
	struct jval	*doc = NULL;
	struct jwks	 keys;
	enum err	 e;

	if (t->oidc && (t->force || keycache_older(k->discovered_at,
	    time_now_ms(), t->oidc_ttl)) &&
	    (e = discover(t, k, d)) != ERR_OK)
		return e;
	if ((e = get(t, t->oidc ? k->jwks_uri : t->source, JWKS_TEXT_MAX, &doc,
	    d)) != ERR_OK)
		return e;
	if ((e = jwks_read(doc, &keys, d)) != ERR_OK) {
		jval_free(doc);
		return e;
	}
	jwks_clear(&keys);
	jval_free(k->doc);
	k->doc = doc;
	k->fetched_at = time_now_ms();
	return ERR_OK;
}

/* The try is noted before it is made: one that ends early counts as well. */
static enum err
work(const struct task *t, struct diag *d)
{
	struct keycache	 k;
	enum err	 e;

	if ((e = keycache_read(t->file, t->source, &k, d)) != ERR_OK)
		return e;
	if (k.tried_at != t->seen) {
		keycache_clear(&k);
		return ERR_OK;
	}
	k.tried_at = time_now_ms();
	if (t->force)
		k.forced_at = k.tried_at;
	snprintf(k.error, sizeof(k.error), "the last try did not end");
	if ((e = keycache_write(t->file, t->source, &k, d)) == ERR_OK) {
		e = fetch(t, &k, d);
		snprintf(k.error, sizeof(k.error), "%s", e == ERR_OK ? "" :
		    diag_text(d));
		e = keycache_write(t->file, t->source, &k, d);
	}
	keycache_clear(&k);
	return e;
}

int
main(int argc, char **argv)
{
	char		 lock[PATH_MAX];
	struct task	 t;
	struct diag	 d = DIAG_INIT;
	int		 fd = -1;
	enum err	 e;

	if (!parse(argc, argv, &t)) {
		fputs("bpfcompat-keys: bpfcompat-fcgi starts this program\n",
		    stderr);
		return 2;
	}
	snprintf(lock, sizeof(lock), "%s.lock", t.file);
	if ((e = fsio_lock(lock, (int)(4 * t.timeout), &fd, &d)) == ERR_OK) {
		e = work(&t, &d);
		fsio_unlock(fd);
	}
	if (e == ERR_OK)
		return 0;
	d.code = e;
	fprintf(stderr, "bpfcompat-keys: %s\n", diag_text(&d));
	return 1;
}
