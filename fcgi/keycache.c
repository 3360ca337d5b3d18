#include "keycache.h"

#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_out.h"

enum err
keycache_path(const char *dir, const char *source, char *out, size_t size)
{
	char		 hex[SHA256_HEX_SIZE], name[64];
	enum err	 e;

	if ((e = sha256_mem(source, strlen(source), hex)) != ERR_OK)
		return e;
	snprintf(name, sizeof(name), "%.32s.json", hex);
	return path_join(out, size, dir, name, NULL);
}

static void
text(const struct jval *doc, const char *key, char *out, size_t size)
{
	snprintf(out, size, "%s", jval_get_str(doc, key, ""));
}

enum err
keycache_read(const char *path, const char *source, struct keycache *k,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(KEYCACHE_TEXT_MAX);
	enum err	 e;

	memset(k, 0, sizeof(*k));
	e = fsio_read(path, &b, d);
	if (e == ERR_OK)
		e = jval_parse(b.data, b.len, &k->doc, d);
	buf_clear(&b);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK ||
	    strcmp(jval_get_str(k->doc, "schema", ""), KEYCACHE_SCHEMA) != 0 ||
	    strcmp(jval_get_str(k->doc, "source", ""), source) != 0) {
		keycache_clear(k);
		return ERR_OK;
	}
	k->fetched_at = jval_get_int(k->doc, "fetched_at", 0);
	k->tried_at = jval_get_int(k->doc, "tried_at", 0);
	k->forced_at = jval_get_int(k->doc, "forced_at", 0);
	k->discovered_at = jval_get_int(k->doc, "discovered_at", 0);
	text(k->doc, "jwks_uri", k->jwks_uri, sizeof(k->jwks_uri));
	text(k->doc, "error", k->error, sizeof(k->error));
	if (jval_len(jval_get(k->doc, "keys")) == 0) {
		jval_free(k->doc);
		k->doc = NULL;
		k->fetched_at = 0;
	}
	return ERR_OK;
}

enum err
keycache_write(const char *path, const char *source, const struct keycache *k,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(KEYCACHE_TEXT_MAX);
	struct jsonw	 w;
	const char	*keys;
	enum err	 e;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", KEYCACHE_SCHEMA);
	jsonw_str(&w, "source", source);
	jsonw_int(&w, "fetched_at", k->fetched_at);
	jsonw_int(&w, "tried_at", k->tried_at);
	jsonw_int(&w, "forced_at", k->forced_at);
	jsonw_int(&w, "discovered_at", k->discovered_at);
	jsonw_str(&w, "jwks_uri", k->jwks_uri);
	jsonw_str(&w, "error", k->error);
	if (k->doc != NULL) {
		keys = jval_text(jval_get(k->doc, "keys"));
		jsonw_raw(&w, "keys", keys, strlen(keys));
	}
	jsonw_end(&w);
	if ((e = buf_err(&b)) == ERR_OK)
		e = fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE, d);
	buf_clear(&b);
	return e;
}

void
keycache_clear(struct keycache *k)
{
	jval_free(k->doc);
	memset(k, 0, sizeof(*k));
}
