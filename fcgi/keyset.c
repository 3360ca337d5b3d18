#include "keyset.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "jwks.h"
#include "keycache.h"

/* Discovery and keys, each tried twice, and a second for the program. */
#define FETCH_ANSWERS	4
#define FETCH_EXTRA_MS	1000

struct	keyset {
	const struct conf *conf;
	enum keyset_kind kind;
	const char	*where;		/* the environment's */
	char		 file[PATH_MAX];	/* the keys or the cache */
	struct stat	 seen;		/* what "keys" was read from */
	struct keycache	 cache;		/* without its document */
	struct jwks	 keys;
};

static const char	*const variables[] = {
	[KEYSET_FILE] = "BPFCOMPAT_API_WRITE_JWT_JWKS_PATH",
	[KEYSET_URL] = "BPFCOMPAT_API_WRITE_JWT_JWKS_URL",
	[KEYSET_OIDC] = "BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL",
};

enum err
keyset_new(const struct conf *conf, enum keyset_kind kind, const char *where,
    struct keyset **out, struct diag *d)
{
	struct keyset	*ks;
	char		 dir[PATH_MAX], jwks[PATH_MAX];
	enum err	 e;

	if (kind != KEYSET_FILE && strncasecmp(where, "https://", 8) != 0)
		return diag_set(d, ERR_INVAL, variables[kind],
		    "%s must be an https address", variables[kind]);
	if (strlen(where) > KEYCACHE_URI_MAX)
		return diag_set(d, ERR_INVAL, variables[kind],
		    "%s is too long", variables[kind]);
	if ((ks = calloc(1, sizeof(*ks))) == NULL)
		return ERR_NOMEM;
	ks->conf = conf;
	ks->kind = kind;
	ks->where = where;
	if (kind == KEYSET_FILE) {
		snprintf(ks->file, sizeof(ks->file), "%s", where);
		*out = ks;
		return ERR_OK;
	}
	if ((e = paths_cache(conf, dir, sizeof(dir))) != ERR_OK ||
	    (e = path_join(jwks, sizeof(jwks), dir, "jwks", NULL)) !=
	    ERR_OK ||
	    (e = keycache_path(jwks, where, ks->file, sizeof(ks->file))) !=
	    ERR_OK || (e = fsio_mkdirs(jwks, d)) != ERR_OK) {
		keyset_free(ks);
		return e;
	}
	*out = ks;
	return ERR_OK;
}

void
keyset_free(struct keyset *ks)
{
	if (ks == NULL)
		return;
	jwks_clear(&ks->keys);
	keycache_clear(&ks->cache);
	free(ks);
}

/* --- reading what is there ----------------------------------------------------- */

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static enum err
read_file(struct keyset *ks, struct diag *log)
{
	struct buf	 b = BUF_INIT(JWKS_TEXT_MAX);
	struct jval	*doc = NULL;
	enum err	 e;

	if ((e = fsio_read(ks->file, &b, log)) == ERR_OK &&
	    (e = jval_parse(b.data, b.len, &doc, log)) == ERR_OK)
		e = jwks_read(doc, &ks->keys, log);
	jval_free(doc);
	buf_clear(&b);
	return e;
}

static enum err
read_cache(struct keyset *ks, struct diag *log)
{
	enum err	 e;

	keycache_clear(&ks->cache);
	if ((e = keycache_read(ks->file, ks->where, &ks->cache, log)) !=
	    ERR_OK)
		return e;
	if (ks->cache.doc != NULL)
		e = jwks_read(ks->cache.doc, &ks->keys, log);
	jval_free(ks->cache.doc);
	ks->cache.doc = NULL;
	return e;
}

/* Reads the file if it is not the one that was read. */
static enum err
load(struct keyset *ks, struct diag *log)
{
	struct stat	 st;
	enum err	 e;

	if (stat(ks->file, &st) == -1) {
		jwks_clear(&ks->keys);
		keycache_clear(&ks->cache);
		memset(&ks->seen, 0, sizeof(ks->seen));
		return ks->kind == KEYSET_FILE ? diag_errno(log, "%s: %s",
		    variables[ks->kind], ks->file) : ERR_OK;
	}
	if (ks->seen.st_ino != 0 && same_file(&st, &ks->seen))
		return ERR_OK;
	jwks_clear(&ks->keys);
	memset(&ks->seen, 0, sizeof(ks->seen));
	e = ks->kind == KEYSET_FILE ? read_file(ks, log) : read_cache(ks, log);
	if (e == ERR_OK)
		ks->seen = st;
	return e;
}

/* --- having it fetched ----------------------------------------------------------- */

#define ENV_MAX	8

/* What the program needs of our environment: the way out, no secret. */
static void
way_out(const char **env, char text[ENV_MAX][1024])
{
	static const char *const names[] = { "PATH", "https_proxy",
	    "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	size_t		 n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (getenv(names[i]) != NULL &&
		    snprintf(text[n], 1024, "%s=%s", names[i],
		    getenv(names[i])) < 1024) {
			env[n] = text[n];
			n++;
		}
	env[n] = NULL;
}

/*
 * Waits for a try that is not the one this process has seen: its own, or
 * that of another process.  Whatever its end, the file tells.
 */
static enum err
fetch(struct keyset *ks, bool force, struct diag *log)
{
	char			 program[PATH_MAX], timeout[24], seen[24];
	char			 ttl[24], env_text[ENV_MAX][1024];
	const char		*env[ENV_MAX];
	const char *const	 argv[] = { program, ks->kind == KEYSET_OIDC ?
				    "oidc" : "jwks", ks->where, ks->file,
				    timeout, seen, force ? "force" : "renew",
				    ttl, ks->conf->jwks_ca, NULL };
	struct proc_opts	 o = PROC_OPTS_INIT;
	int64_t			 wait = FETCH_ANSWERS * ks->conf->jwks_timeout
				    + FETCH_EXTRA_MS;
	int			 code = 0;
	enum err		 e;

	if ((e = paths_program(ks->conf, "bpfcompat-keys", program,
	    sizeof(program), log)) != ERR_OK)
		return e;
	snprintf(timeout, sizeof(timeout), "%lld",
	    (long long)ks->conf->jwks_timeout);
	snprintf(seen, sizeof(seen), "%lld", (long long)ks->cache.tried_at);
	snprintf(ttl, sizeof(ttl), "%lld", (long long)ks->conf->oidc_ttl);
	way_out(env, env_text);
	o.argv = argv;
	o.env = env;
	e = proc_run(&o, NULL, 0, NULL, NULL, time_mono_ms() + wait, &code,
	    log);
	return e == ERR_OK ? load(ks, log) : e;
}

/* Keys to try a token with: renewed when their time is over. */
static enum err
renew(struct keyset *ks, struct diag *log)
{
	int64_t		 now = time_now_ms(), ttl = ks->conf->jwks_ttl;
	enum err	 e;

	if ((e = load(ks, log)) != ERR_OK || ks->kind == KEYSET_FILE)
		return e;
	if (keycache_older(ks->cache.fetched_at, now, ttl) &&
	    keycache_older(ks->cache.tried_at, now, KEYSET_RETRY_MS) &&
	    (e = fetch(ks, false, log)) != ERR_OK)
		return e;
	if (!keycache_older(ks->cache.fetched_at, time_now_ms(), 2 * ttl))
		return ERR_OK;
	return diag_set(log, ERR_UNAVAILABLE, NULL, "the keys of %s cannot "
	    "be had: %s", ks->where, ks->cache.error);
}

static enum err
try(struct keyset *ks, const struct jws *t, struct buf *payload,
    struct diag *d)
{
	const struct jws_key	*k;
	enum err		 e;

	buf_reset(payload);
	if ((e = jwks_find(&ks->keys, t, &k, d)) != ERR_OK)
		return e;
	return jws_verify(t, k, payload, d);
}

enum err
keyset_verify(struct keyset *ks, const struct jws *t, struct buf *payload,
    struct diag *d, struct diag *log)
{
	enum err	 e;

	if ((e = renew(ks, log)) != ERR_OK)
		return e == ERR_NOMEM ? e : diag_set(d, ERR_UNAVAILABLE, NULL,
		    "the keys that identity tokens are checked with are not "
		    "known right now");
	e = try(ks, t, payload, d);
	if ((e == ERR_NOTFOUND || e == ERR_UNAUTH) &&
	    ks->kind != KEYSET_FILE &&
	    keycache_older(ks->cache.forced_at, time_now_ms(),
	    KEYSET_FORCE_MS) && fetch(ks, true, log) == ERR_OK)
		e = try(ks, t, payload, d);
	return e == ERR_NOTFOUND ? ERR_UNAUTH : e;
}
