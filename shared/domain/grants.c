#include "domain/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "domain/grant.h"

/* Folders above the file that may keep it from others: auth to WORKDIR. */
#define FOLDERS		3
/*
 * Two changes within one tick of the file system's clock have one time: a
 * file so young is read again.
 */
#define YOUNG_MS	2000

struct	grants {
	char		 path[PATH_MAX];
	struct grant	*list;
	size_t		 n;
	bool		 known;		/* "seen" and the list are of it */
	bool		 young;
	struct stat	 seen;
	enum err	 err;		/* why the list must not be used */
	char		 why[PATH_MAX + DIAG_MSG_MAX];
	uint8_t		 salt[GRANT_SALT_LEN];	/* of tokens in the clear */
	bool		 bootstrap;
	uint8_t		 boot_digest[SHA256_LEN];
	int64_t		 boot_from;
	int64_t		 boot_until;
};

enum err
grants_path(const char *workdir, char *out, size_t size)
{
	return path_join(out, size, workdir, GRANTS_FILE, NULL);
}

/* --- the bootstrap token --------------------------------------------------- */

static enum err
window(const char *text, const char *variable, int64_t *ms, struct diag *d)
{
	if (text[0] == '\0' || time_parse_rfc3339_zone(text, ms) == ERR_OK)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, variable, "%s: \"%s\" is no RFC 3339 "
	    "time (such as 2026-05-27T00:00:00Z)", variable, text);
}

static enum err
bootstrap_read(struct grants *g, const struct conf *c, struct diag *d)
{
	enum err	 e;

	g->boot_until = INT64_MAX;
	if ((e = window(c->registry_token_from,
	    "BPFCOMPAT_REGISTRY_AUTH_TOKEN_NOT_BEFORE", &g->boot_from, d)) !=
	    ERR_OK || (e = window(c->registry_token_until,
	    "BPFCOMPAT_REGISTRY_AUTH_TOKEN_EXPIRES_AT", &g->boot_until, d)) !=
	    ERR_OK)
		return e;
	g->bootstrap = c->registry_token[0] != '\0';
	return hmac_sha256(g->salt, sizeof(g->salt), c->registry_token,
	    strlen(c->registry_token), g->boot_digest);
}

enum err
grants_new(const struct conf *c, struct grants **out, struct diag *d)
{
	struct grants	*g;
	enum err	 e;

	if ((g = calloc(1, sizeof(*g))) == NULL)
		return ERR_NOMEM;
	rnd_bytes(g->salt, sizeof(g->salt));
	if ((e = grants_path(c->workdir, g->path, sizeof(g->path))) !=
	    ERR_OK || (e = bootstrap_read(g, c, d)) != ERR_OK) {
		free(g);
		return e;
	}
	*out = g;
	return ERR_OK;
}

static void
forget(struct grants *g)
{
	for (size_t i = 0; i < g->n; i++)
		grant_clear(&g->list[i]);
	free(g->list);
	g->list = NULL;
	g->n = 0;
}

void
grants_free(struct grants *g)
{
	if (g == NULL)
		return;
	forget(g);
	free(g);
}

/* --- the file -------------------------------------------------------------- */

static enum err
parse(struct grants *g, const struct buf *text, struct diag *d)
{
	struct jval		*doc = NULL;
	const struct jval	*list;
	const char		*schema;
	enum err		 e;

	if ((e = jval_parse(buf_str(text), text->len, &doc, d)) != ERR_OK)
		return e;
	schema = jval_get_str(doc, "schema_version", GRANTS_SCHEMA);
	list = jval_get(doc, "tokens");
	if (strcmp(schema, GRANTS_SCHEMA) != 0)
		e = diag_set(d, ERR_UNSUPPORTED, "schema_version",
		    "schema_version is not " GRANTS_SCHEMA);
	else if (jval_type(doc) != JVAL_OBJ || list == NULL ||
	    jval_type(list) != JVAL_ARR)
		e = diag_set(d, ERR_SYNTAX, "tokens",
		    "it has no list \"tokens\"");
	else if (jval_len(list) > GRANTS_MAX)
		e = diag_set(d, ERR_TOOBIG, "tokens",
		    "it has more than %d grants", GRANTS_MAX);
	else if (jval_len(list) > 0 && (g->list = calloc(jval_len(list),
	    sizeof(*g->list))) == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < jval_len(list); i++)
		e = grant_parse(jval_at(list, i), g->salt, &g->list[g->n++]);
	jval_free(doc);
	return e;
}

static bool
owned(const struct stat *st)
{
	return (st->st_uid == geteuid() || st->st_uid == 0) &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Does a folder above keep everybody else from reaching the file? */
static bool
behind_a_door(const char *path)
{
	char		 dir[PATH_MAX];
	struct stat	 st;
	char		*slash;

	snprintf(dir, sizeof(dir), "%s", path);
	for (int i = 0; i < FOLDERS; i++) {
		if ((slash = strrchr(dir, '/')) == NULL)
			return false;
		*slash = '\0';
		if (stat(dir, &st) == 0 && (st.st_mode & S_IXOTH) == 0)
			return true;
	}
	return false;
}

/* Who could have written it, and who can read the tokens in it. */
static enum err
safe(const struct grants *g, const struct stat *st, struct diag *d)
{
	char		 dir[PATH_MAX];
	struct stat	 above;

	snprintf(dir, sizeof(dir), "%s", g->path);
	*strrchr(dir, '/') = '\0';
	if (stat(dir, &above) == -1 || !owned(&above))
		return diag_set(d, ERR_DENIED, NULL, "others than its owner "
		    "may write to %s; chmod go-w it", dir);
	if (!owned(st))
		return diag_set(d, ERR_DENIED, NULL, "it belongs to somebody "
		    "else, or others may write to it; chmod 600 it");
	if ((st->st_mode & S_IROTH) == 0 || behind_a_door(g->path))
		return ERR_OK;
	for (size_t i = 0; i < g->n; i++)
		if (g->list[i].plaintext && !g->list[i].hashed)
			return diag_set(d, ERR_DENIED, NULL, "everybody may "
			    "read it and it holds tokens as they are; chmod "
			    "600 it, or run \"bpfcompat admin token hash "
			    "--file\"");
	return ERR_OK;
}

static enum err
read_all(int fd, struct buf *b, struct diag *d)
{
	char	 chunk[16 * 1024];
	ssize_t	 n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return diag_errno(d, "cannot read it");
		if (buf_add(b, chunk, (size_t)n) != ERR_OK)
			return diag_set(d, buf_err(b), NULL, "it is larger "
			    "than %zu bytes", b->max);
	}
	return ERR_OK;
}

/* ERR_NOTFOUND: there is no file. */
static enum err
load(struct grants *g, struct stat *st, struct diag *d)
{
	struct buf	 text = BUF_INIT(GRANTS_FILE_MAX);
	int		 fd;
	enum err	 e;

	fd = open(g->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return diag_errno(d, "cannot open it");
	if (fstat(fd, st) == -1)
		e = diag_errno(d, "cannot look at it");
	else if (!S_ISREG(st->st_mode))
		e = diag_set(d, ERR_INVAL, NULL, "it is no file");
	else if ((e = read_all(fd, &text, d)) == ERR_OK &&
	    (e = parse(g, &text, d)) == ERR_OK)
		e = safe(g, st, d);
	close(fd);
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return e;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && a->st_mode == b->st_mode &&
	    a->st_uid == b->st_uid &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

enum err
grants_refresh(struct grants *g, bool *changed, struct diag *d)
{
	struct diag	 why = DIAG_INIT;
	struct stat	 st;

	if (changed != NULL)
		*changed = false;
	memset(&st, 0, sizeof(st));
	if (stat(g->path, &st) == -1)
		memset(&st, 0, sizeof(st));
	/* A file that must not be used is looked at each time: its folder
	 * may have been put right. */
	if (!g->known || g->young || g->err != ERR_OK ||
	    !same_file(&st, &g->seen)) {
		if (changed != NULL)
			*changed = true;
		forget(g);
		g->err = load(g, &st, &why);
		if (g->err == ERR_NOTFOUND) {
			memset(&st, 0, sizeof(st));
			g->err = ERR_OK;
		}
		if (g->err != ERR_OK)
			forget(g);
		snprintf(g->why, sizeof(g->why), "%s: %s", g->path,
		    diag_text(&why));
		g->seen = st;
		g->known = true;
		g->young = st.st_ino != 0 && time_now_ms() -
		    (int64_t)st.st_ctim.tv_sec * 1000 < YOUNG_MS;
	}
	if (g->err == ERR_OK)
		return ERR_OK;
	return diag_set(d, ERR_UNAVAILABLE, NULL, "the grants of the "
	    "registry cannot be used at present; the server's log says why");
}

const char *
grants_problem(const struct grants *g)
{
	return g->err == ERR_OK ? NULL : g->why;
}

/* --- decisions ------------------------------------------------------------- */

static enum err
known_but(struct diag *d)
{
	return diag_set(d, ERR_DENIED, NULL,
	    "the registry token does not allow this");
}

static enum err
not_known(struct diag *d)
{
	return diag_set(d, ERR_UNAUTH, NULL,
	    "the registry token is missing or wrong");
}

/* The digest of "token" for this grant's salt, made anew when it differs. */
static const uint8_t *
digest_for(const struct grant *g, const struct grant *before,
    const char *token, uint8_t out[static SHA256_LEN])
{
	if (before != NULL && before->salt_len == g->salt_len &&
	    memcmp(before->salt, g->salt, g->salt_len) == 0)
		return out;
	return hmac_sha256(g->salt, g->salt_len, token, strlen(token), out) ==
	    ERR_OK ? out : NULL;
}

static enum err
search(const struct grants *gs, const struct grants_ask *a,
    struct grants_who *who, struct diag *d)
{
	const struct grant	*before = NULL, *found = NULL;
	uint8_t			 digest[SHA256_LEN];
	bool			 known = false;

	/* To the end, also after a hit: time tells nothing about the list. */
	for (size_t i = 0; i < gs->n; i++) {
		const struct grant	*g = &gs->list[i];

		if (g->salt_len == 0)
			continue;
		if (digest_for(g, before, a->token, digest) == NULL)
			return ERR_NOMEM;
		before = g;
		if (!secret_equal(digest, g->digest, SHA256_LEN) ||
		    g->broken[0] != '\0')
			continue;
		known = true;
		if (found == NULL && grant_valid(g, a->now) &&
		    grant_covers(g, a->tenant, a->project) &&
		    (a->need == GRANTS_WRITE ? g->can_write : g->can_read))
			found = g;
	}
	if (found == NULL)
		return known ? known_but(d) : not_known(d);
	snprintf(who->subject, sizeof(who->subject), "%s", found->subject);
	who->can_write = found->can_write;
	return ERR_OK;
}

enum err
grants_decide(struct grants *g, const struct grants_ask *a,
    struct grants_who *who, struct diag *d)
{
	uint8_t		 digest[SHA256_LEN];
	enum err	 e;

	memset(who, 0, sizeof(*who));
	if (a->token == NULL || a->token[0] == '\0' ||
	    strlen(a->token) > GRANTS_TOKEN_MAX)
		return not_known(d);
	if (g->bootstrap) {
		if ((e = hmac_sha256(g->salt, sizeof(g->salt), a->token,
		    strlen(a->token), digest)) != ERR_OK)
			return e;
		if (secret_equal(digest, g->boot_digest, SHA256_LEN)) {
			if (a->now < g->boot_from || a->now >= g->boot_until)
				return not_known(d);
			snprintf(who->subject, sizeof(who->subject),
			    GRANTS_BOOTSTRAP);
			who->can_write = true;
			who->bootstrap = true;
			return ERR_OK;
		}
	}
	if ((e = grants_refresh(g, NULL, d)) != ERR_OK)
		return e;
	return search(g, a, who, d);
}

void
grants_count(const struct grants *g, int64_t now, size_t *valid,
    size_t *broken)
{
	*valid = 0;
	*broken = 0;
	for (size_t i = 0; i < g->n; i++) {
		*valid += grant_valid(&g->list[i], now);
		*broken += g->list[i].broken[0] != '\0';
	}
}
