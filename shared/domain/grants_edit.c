#include "domain/grants_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/grants.h"

struct	grants_edit {
	char		 workdir[PATH_MAX];
	char		 dir[PATH_MAX];
	char		 path[PATH_MAX];
	int		 lock_fd;
	bool		 there;		/* the file was, and "seen" is its */
	struct stat	 seen;
	struct jval	*doc;		/* NULL without a file */
	struct grant	*list;
	bool		*drop, *hash;
	size_t		 n;
	struct buf	 added;		/* JSON objects, by commas */
	size_t		 nadded;
};

/* --- reading ---------------------------------------------------------------- */

static enum err
lists(struct grants_edit *g, struct diag *d)
{
	const struct jval	*list = jval_get(g->doc, "tokens");
	uint8_t			 salt[GRANT_SALT_LEN];
	size_t			 n = jval_len(list);
	enum err		 e = ERR_OK;

	if (jval_type(g->doc) != JVAL_OBJ || list == NULL ||
	    jval_type(list) != JVAL_ARR)
		return diag_set(d, ERR_SYNTAX, "tokens", "%s has no list "
		    "\"tokens\"", g->path);
	rnd_bytes(salt, sizeof(salt));
	if (n == 0)
		return ERR_OK;
	if ((g->list = calloc(n, sizeof(*g->list))) == NULL ||
	    (g->drop = calloc(n, sizeof(*g->drop))) == NULL ||
	    (g->hash = calloc(n, sizeof(*g->hash))) == NULL)
		return ERR_NOMEM;
	while (e == ERR_OK && g->n < n) {
		e = grant_parse(jval_at(list, g->n), salt, &g->list[g->n]);
		g->n++;
	}
	return e;
}

static enum err
load(struct grants_edit *g, struct diag *d)
{
	struct buf	 text = BUF_INIT(GRANTS_FILE_MAX);
	struct diag	 why = DIAG_INIT;
	enum err	 e;

	if (stat(g->path, &g->seen) == -1)
		return errno == ENOENT ? ERR_OK :
		    diag_errno(d, "cannot look at %s", g->path);
	g->there = true;
	if ((e = fsio_read(g->path, &text, d)) == ERR_OK) {
		if ((e = jval_parse(buf_str(&text), text.len, &g->doc,
		    &why)) != ERR_OK)
			diag_set(d, e, NULL, "%s: %s", g->path,
			    diag_text(&why));
		else
			e = lists(g, d);
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return e;
}

/* An administrator is root, the server often is not: files are its owner's. */
static void
give(const struct grants_edit *g, const char *path)
{
	struct stat	 st;

	if (geteuid() == 0 && stat(g->workdir, &st) == 0 &&
	    (st.st_uid != 0 || st.st_gid != 0) &&
	    lchown(path, st.st_uid, st.st_gid) == -1)
		fprintf(stderr, "bpfcompat: cannot give %s to the owner of "
		    "%s: %s\n", path, g->workdir, strerror(errno));
}

static enum err
lock(struct grants_edit *g, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = fsio_mkdirs(g->dir, d)) != ERR_OK)
		return e;
	if ((e = path_join(path, sizeof(path), g->workdir, "cloud-registry",
	    NULL)) != ERR_OK)
		return e;
	give(g, path);
	give(g, g->dir);
	if ((e = path_join(path, sizeof(path), g->dir, ".lock", NULL)) !=
	    ERR_OK)
		return e;
	return fsio_lock(path, GRANTS_EDIT_LOCK_MS, &g->lock_fd, d);
}

enum err
grants_edit_open(const char *workdir, bool write, struct grants_edit **out,
    struct diag *d)
{
	struct grants_edit	*g;
	enum err		 e;

	if ((g = calloc(1, sizeof(*g))) == NULL)
		return ERR_NOMEM;
	g->lock_fd = -1;
	buf_init(&g->added, GRANTS_FILE_MAX);
	if ((e = path_join(g->workdir, sizeof(g->workdir), workdir, NULL)) ==
	    ERR_OK &&
	    (e = grants_path(workdir, g->path, sizeof(g->path))) == ERR_OK) {
		memcpy(g->dir, g->path, sizeof(g->dir));
		*strrchr(g->dir, '/') = '\0';
		if (write)
			e = lock(g, d);
	}
	if (e == ERR_OK)
		e = load(g, d);
	if (e != ERR_OK) {
		grants_edit_close(g);
		return e;
	}
	*out = g;
	return ERR_OK;
}

void
grants_edit_close(struct grants_edit *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		grant_clear(&g->list[i]);
	free(g->list);
	free(g->drop);
	free(g->hash);
	jval_free(g->doc);
	buf_clear(&g->added);
	if (g->lock_fd != -1)
		fsio_unlock(g->lock_fd);
	free(g);
}

size_t
grants_edit_count(const struct grants_edit *g)
{
	return g->n;
}

const struct grant *
grants_edit_get(const struct grants_edit *g, size_t i)
{
	return &g->list[i];
}

/* --- changing ---------------------------------------------------------------- */

void
grants_edit_drop(struct grants_edit *g, size_t i)
{
	g->drop[i] = true;
}

void
grants_edit_hash(struct grants_edit *g, size_t i)
{
	g->hash[i] = true;
}

enum err
grants_hash_write(const char *token, struct jsonw *w)
{
	struct buf	 salt64 = BUF_INIT(64);
	uint8_t		 salt[GRANT_SALT_LEN], digest[SHA256_LEN];
	char		 hex[SHA256_HEX_SIZE];
	enum err	 e;

	rnd_bytes(salt, sizeof(salt));
	if ((e = hmac_sha256(salt, sizeof(salt), token, strlen(token),
	    digest)) == ERR_OK &&
	    (e = b64_encode(salt, sizeof(salt), &salt64)) == ERR_OK) {
		hex_encode(digest, sizeof(digest), hex);
		jsonw_str(w, "token_hash", hex);
		jsonw_str(w, "token_hash_salt", buf_str(&salt64));
	}
	buf_clear(&salt64);
	return e;
}

static void
write_projects(struct jsonw *w, const char *list)
{
	jsonw_arr(w, "projects");
	while (*list != '\0') {
		size_t	 n = strcspn(list, ",");

		if (n > 0)
			jsonw_strn(w, NULL, list, n);
		list += n + (list[n] == ',');
	}
	jsonw_end(w);
}

/* What the server would say of it. */
static enum err
check(const char *text, size_t len, struct diag *d)
{
	uint8_t		 salt[GRANT_SALT_LEN] = { 0 };
	struct jval	*j = NULL;
	struct grant	 g;
	enum err	 e;

	if ((e = jval_parse(text, len, &j, d)) != ERR_OK)
		return e;
	if ((e = grant_parse(j, salt, &g)) == ERR_OK && g.broken[0] != '\0')
		e = diag_set(d, ERR_INVAL, NULL, "%s", g.broken);
	else if (e == ERR_OK && g.from >= g.until)
		e = diag_set(d, ERR_INVAL, "expires_at",
		    "expires_at is not after not_before");
	else if (e == ERR_OK && !g.can_read)
		e = diag_set(d, ERR_INVAL, "can_read",
		    "it would allow neither reading nor writing");
	grant_clear(&g);
	jval_free(j);
	return e;
}

enum err
grants_edit_add(struct grants_edit *g, const struct grant_new *n,
    struct diag *d)
{
	struct buf	 one = BUF_INIT(64 * 1024);
	struct jsonw	 w;
	enum err	 e;

	if (g->n + g->nadded >= GRANTS_MAX)
		return diag_set(d, ERR_NOSPACE, NULL,
		    "there are %d grants already", GRANTS_MAX);
	jsonw_init(&w, &one, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	e = grants_hash_write(n->token, &w);
	jsonw_str_opt(&w, "not_before", n->not_before);
	jsonw_str_opt(&w, "expires_at", n->expires_at);
	jsonw_str(&w, "subject", n->subject);
	jsonw_str(&w, "tenant", n->tenant);
	write_projects(&w, n->projects);
	jsonw_bool(&w, "can_read", n->can_read || n->can_write);
	jsonw_bool(&w, "can_write", n->can_write);
	jsonw_end(&w);
	if (e == ERR_OK && (e = buf_err(&one)) == ERR_OK &&
	    (e = check(buf_str(&one), one.len, d)) == ERR_OK) {
		if (g->nadded++ > 0)
			buf_addc(&g->added, ',');
		e = buf_add(&g->added, one.data, one.len);
	}
	buf_clear(&one);
	return e;
}

/* --- writing ---------------------------------------------------------------- */

static enum err
keep_member(const char *key, const struct jval *v, void *arg)
{
	if (strcmp(key, "token") != 0 && strncmp(key, "token_hash", 10) != 0)
		jval_write(v, arg, key, SIZE_MAX);
	return ERR_OK;
}

static enum err
write_tokens(const struct grants_edit *g, struct jsonw *w, struct diag *d)
{
	const struct jval	*list = jval_get(g->doc, "tokens");
	struct jval		*added = NULL;
	struct buf		 text = BUF_INIT(GRANTS_FILE_MAX + 2);
	enum err		 e = ERR_OK;

	jsonw_arr(w, "tokens");
	for (size_t i = 0; e == ERR_OK && i < g->n; i++) {
		const struct jval	*j = jval_at(list, i);

		if (g->drop[i])
			continue;
		if (!g->hash[i]) {
			jval_write(j, w, NULL, SIZE_MAX);
			continue;
		}
		jsonw_obj(w, NULL);
		e = grants_hash_write(jval_get_str(j, "token", ""), w);
		jval_each(j, keep_member, w);
		jsonw_end(w);
	}
	if (e == ERR_OK && g->nadded > 0) {
		buf_addf(&text, "[%s]", buf_str(&g->added));
		e = jval_parse(buf_str(&text), text.len, &added, d);
		for (size_t i = 0; i < jval_len(added); i++)
			jval_write(jval_at(added, i), w, NULL, SIZE_MAX);
	}
	jsonw_end(w);
	jval_free(added);
	buf_clear(&text);
	return e;
}

static enum err
other_member(const char *key, const struct jval *v, void *arg)
{
	if (strcmp(key, "tokens") != 0 && strcmp(key, "schema_version") != 0)
		jval_write(v, arg, key, SIZE_MAX);
	return ERR_OK;
}

static enum err
compose(const struct grants_edit *g, struct buf *out, struct diag *d)
{
	struct jsonw	 w;
	enum err	 e;

	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", GRANTS_SCHEMA);
	if (g->doc != NULL)
		jval_each(g->doc, other_member, &w);
	if ((e = write_tokens(g, &w, d)) != ERR_OK)
		return e;
	jsonw_end(&w);
	buf_addc(out, '\n');
	return buf_err(out);
}

/* Nobody wrote to it since it was read? */
static bool
untouched(const struct grants_edit *g)
{
	struct stat	 st;

	if (stat(g->path, &st) == -1)
		return errno == ENOENT && !g->there;
	return g->there && st.st_ino == g->seen.st_ino &&
	    st.st_dev == g->seen.st_dev && st.st_size == g->seen.st_size &&
	    st.st_ctim.tv_sec == g->seen.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == g->seen.st_ctim.tv_nsec;
}

/* The rename is on disk, too. */
static enum err
sync_dir(const char *path, struct diag *d)
{
	int		 fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err	 e = ERR_OK;

	if (fd == -1)
		return diag_errno(d, "cannot open %s", path);
	if (fsync(fd) == -1)
		e = diag_errno(d, "cannot sync %s", path);
	close(fd);
	return e;
}

enum err
grants_edit_save(struct grants_edit *g, struct diag *d)
{
	struct buf	 text = BUF_INIT(GRANTS_FILE_MAX);
	/* Its group may read it when that was allowed before. */
	mode_t		 mode = FSIO_FILE_MODE |
			    (g->there ? g->seen.st_mode & S_IRGRP : 0);
	enum err	 e;

	if ((e = compose(g, &text, d)) == ERR_OK && !untouched(g))
		e = diag_set(d, ERR_BUSY, NULL, "%s was changed meanwhile; "
		    "nothing was done, try again", g->path);
	if (e == ERR_OK && (e = fsio_write_atomic(g->path, text.data,
	    text.len, mode, d)) == ERR_OK) {
		give(g, g->path);
		e = sync_dir(g->dir, d);
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return e;
}
