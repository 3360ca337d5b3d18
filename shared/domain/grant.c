#include "domain/grant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "domain/grants.h"

/* Longest name of a tenant or project (domain: registry identifiers). */
#define NAME_MAX_LEN	64

/* Actors that are somebody else's name in the audit. */
static const char *const reserved[] = { "anonymous", GRANTS_BOOTSTRAP };

/* The first thing that is wrong is the one that is told. */
static void
breaks(struct grant *g, const char *member, const char *rule)
{
	if (g->broken[0] == '\0')
		snprintf(g->broken, sizeof(g->broken), "%s %s", member, rule);
}

/* A string member, "" when it is not there. */
static const char *
text(struct grant *g, const struct jval *j, const char *member)
{
	const struct jval	*v = jval_get(j, member);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return "";
	if (jval_type(v) != JVAL_STR) {
		breaks(g, member, "is no string");
		return "";
	}
	return jval_str(v, "");
}

static bool
flag(struct grant *g, const struct jval *j, const char *member)
{
	const struct jval	*v = jval_get(j, member);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return false;
	if (jval_type(v) != JVAL_BOOL)
		breaks(g, member, "is neither true nor false");
	return jval_bool(v, false);
}

static int64_t
instant(struct grant *g, const struct jval *j, const char *member,
    int64_t open)
{
	const char	*s = text(g, j, member);
	int64_t		 ms = open;

	if (s[0] != '\0' && time_parse_rfc3339_zone(s, &ms) != ERR_OK)
		breaks(g, member, "is no RFC 3339 time");
	return ms;
}

static bool
name_ok(const char *s)
{
	size_t	 len = strlen(s);

	return len > 0 && len <= NAME_MAX_LEN && s[0] != '.' && s[0] != '_' &&
	    s[0] != '-' && strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

static enum err
read_names(struct grant *g, const struct jval *j)
{
	const char	*subject = text(g, j, "subject");
	const char	*tenant = text(g, j, "tenant");

	if (subject[0] == '\0')
		subject = "token";
	if (strlen(subject) >= GRANTS_SUBJECT_SIZE)
		breaks(g, "subject", "is longer than 128 bytes");
	for (const char *s = subject; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			breaks(g, "subject", "has a control character");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(subject, reserved[i]) == 0)
			breaks(g, "subject", "is a name of the server's own");
	if (tenant[0] == '\0')
		breaks(g, "tenant", "is empty; \"*\" is every tenant");
	else if (strcmp(tenant, "*") != 0 && !name_ok(tenant))
		breaks(g, "tenant", "is no name of a tenant");
	if ((g->subject = strdup(subject)) == NULL ||
	    (g->tenant = strdup(tenant)) == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

static enum err
read_projects(struct grant *g, const struct jval *j)
{
	const struct jval	*list = jval_get(j, "projects");
	size_t			 n = jval_len(list);

	if (list != NULL && jval_type(list) != JVAL_ARR)
		breaks(g, "projects", "is no list");
	if (n == 0)
		breaks(g, "projects", "is empty; \"*\" is every project");
	if (n > GRANT_PROJECTS_MAX) {
		breaks(g, "projects", "has more than 256 names");
		return ERR_OK;
	}
	if (n > 0 && (g->projects = calloc(n, sizeof(char *))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const char	*p = jval_str(jval_at(list, i), "");

		if (strcmp(p, "*") == 0) {
			g->all_projects = true;
			continue;
		}
		if (!name_ok(p))
			breaks(g, "projects", "holds something that is no "
			    "name of a project");
		if ((g->projects[g->nprojects] = strdup(p)) == NULL)
			return ERR_NOMEM;
		g->nprojects++;
	}
	return ERR_OK;
}

static void
read_hash(struct grant *g, const char *hash, const char *salt64)
{
	struct buf	 salt = BUF_INIT(GRANT_SALT_MAX);

	if (hex_decode(hash, g->digest, SHA256_LEN) != ERR_OK)
		breaks(g, "token_hash", "is not 64 hex digits");
	if (b64_decode(salt64, strlen(salt64), &salt) != ERR_OK ||
	    salt.len == 0)
		breaks(g, "token_hash_salt", "is no base64 of 1 to 64 bytes");
	else {
		memcpy(g->salt, salt.data, salt.len);
		g->salt_len = salt.len;
	}
	buf_clear(&salt);
}

static enum err
read_token(struct grant *g, const struct jval *j, const uint8_t *salt)
{
	const char	*token = text(g, j, "token");
	const char	*hash = text(g, j, "token_hash");
	size_t		 len = strlen(token);

	g->plaintext = len > 0;
	g->hashed = hash[0] != '\0';
	if (g->hashed) {
		read_hash(g, hash, text(g, j, "token_hash_salt"));
		return ERR_OK;
	}
	if (len == 0)
		breaks(g, "token", "is empty, and there is no token_hash");
	if (len > GRANTS_TOKEN_MAX)
		breaks(g, "token", "is longer than 512 bytes");
	memcpy(g->salt, salt, GRANT_SALT_LEN);
	g->salt_len = GRANT_SALT_LEN;
	return hmac_sha256(salt, GRANT_SALT_LEN, token, len, g->digest);
}

/* A misspelt expires_at would be a grant for ever. */
static enum err
unknown(const char *key, const struct jval *v, void *arg)
{
	static const char *const known[] = { "token", "token_hash",
	    "token_hash_salt", "not_before", "expires_at", "subject",
	    "tenant", "projects", "can_read", "can_write" };
	struct grant		*g = arg;

	(void)v;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(key, known[i]) == 0)
			return ERR_OK;
	snprintf(g->odd, sizeof(g->odd), "%s", key);
	return ERR_OK;
}

enum err
grant_parse(const struct jval *j, const uint8_t *salt, struct grant *g)
{
	enum err	 e;

	memset(g, 0, sizeof(*g));
	if (jval_type(j) != JVAL_OBJ)
		breaks(g, "it", "is no object");
	if ((e = read_names(g, j)) != ERR_OK ||
	    (e = read_projects(g, j)) != ERR_OK ||
	    (e = read_token(g, j, salt)) != ERR_OK)
		return e;
	g->can_write = flag(g, j, "can_write");
	g->can_read = flag(g, j, "can_read") || g->can_write;
	g->from = instant(g, j, "not_before", 0);
	g->until = instant(g, j, "expires_at", INT64_MAX);
	return jval_each(j, unknown, g);
}

void
grant_clear(struct grant *g)
{
	for (size_t i = 0; i < g->nprojects; i++)
		free(g->projects[i]);
	free(g->projects);
	free(g->subject);
	free(g->tenant);
	memset(g, 0, sizeof(*g));
}

bool
grant_valid(const struct grant *g, int64_t now)
{
	return g->broken[0] == '\0' && now >= g->from && now < g->until;
}

bool
grant_covers(const struct grant *g, const char *tenant, const char *project)
{
	if (strcmp(g->tenant, "*") != 0 && strcmp(g->tenant, tenant) != 0)
		return false;
	if (g->all_projects)
		return true;
	for (size_t i = 0; project != NULL && i < g->nprojects; i++)
		if (strcmp(g->projects[i], project) == 0)
			return true;
	return false;
}
