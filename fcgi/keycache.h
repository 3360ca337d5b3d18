/*
 * The file that keeps what an issuer published, between those who use it
 * (keyset.c) and the program that fetches it (keys_main.c).
 *
 *	{ "schema": "jwks_cache.v1", "source": "https://…",
 *	  "fetched_at": ms, "tried_at": ms, "forced_at": ms,
 *	  "discovered_at": ms, "jwks_uri": "…", "error": "…",
 *	  "keys": […] }
 */
#ifndef FCGI_KEYCACHE_H
#define FCGI_KEYCACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json_in.h"

#define KEYCACHE_SCHEMA		"jwks_cache.v1"
#define KEYCACHE_URI_MAX	1024
#define KEYCACHE_TEXT_MAX	((size_t)300 * 1024)	/* a set and the rest */

/* Times are milliseconds since the epoch, 0 for never. */
struct	keycache {
	int64_t		 fetched_at;	/* what "keys" is */
	int64_t		 tried_at;	/* last try, with whatever end */
	int64_t		 forced_at;	/* last try that was no renewal */
	int64_t		 discovered_at;
	char		 jwks_uri[KEYCACHE_URI_MAX + 1];
	char		 error[256];	/* "" if the last try was good */
	struct jval	*doc;		/* has "keys"; NULL for none */
};

/* WORKDIR/cache/jwks/<digest of the source>.json */
enum err	 keycache_path(const char *dir, const char *source, char *out,
		    size_t size);
/* A file that is not there or not ours is an empty cache. */
enum err	 keycache_read(const char *path, const char *source,
		    struct keycache *, struct diag *);
enum err	 keycache_write(const char *path, const char *source,
		    const struct keycache *, struct diag *);
void		 keycache_clear(struct keycache *);

/* At least "age" ms ago, or never, or in the future of a clock set back. */
static inline int
keycache_older(int64_t at, int64_t now, int64_t age)
{
	return at <= 0 || at > now || now - at >= age;
}

#endif /* !FCGI_KEYCACHE_H */
