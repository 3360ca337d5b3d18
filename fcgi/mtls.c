#include "mtls.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/json_in.h"

struct	mtls_map {
	const char	*path;	/* the environment's */
	struct stat	 seen;
	struct jval	*doc;	/* checked; NULL: not read */
};

/* --- distinguished names (RFC 2253) ------------------------------------------- */

static int
hex_value(char c)
{
	const char	*digits = "0123456789abcdef";
	const char	*at = c == '\0' ? NULL :
			    strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

	return at == NULL ? -1 : (int)(at - digits);
}

/*
 * One attribute's value up to an unescaped "," or "+", compared with "want"
 * on the way; *equal tells.  Returns what follows the value.
 */
static const char *
dn_value(const char *s, const char *want, bool *equal)
{
	char	 c;

	*equal = true;
	while (*s != '\0' && *s != ',' && *s != '+') {
		c = *s++;
		if (c == '\\' && hex_value(s[0]) != -1 &&
		    hex_value(s[1]) != -1) {
			c = (char)(hex_value(s[0]) << 4 | hex_value(s[1]));
			s += 2;
		} else if (c == '\\' && *s != '\0') {
			c = *s++;
		}
		/* A zero byte must not end the comparison early. */
		if (!*equal || *want == '\0' || c != *want)
			*equal = false;
		else
			want++;
	}
	if (*want != '\0')
		*equal = false;
	return s;
}

bool
mtls_dn_has(const char *dn, const char *type, const char *value)
{
	size_t	 len, n = strlen(type);
	bool	 same_type, equal;

	for (const char *s = dn; *s != '\0';) {
		len = strcspn(s, "=,+");
		same_type = s[len] == '=' && len == n &&
		    strncasecmp(s, type, n) == 0;
		s += len;
		if (*s == '=')
			s = dn_value(s + 1, value, &equal);
		else
			equal = false;
		if (same_type && equal)
			return true;
		if (*s != '\0')
			s++;
	}
	return false;
}

/* --- the map ---------------------------------------------------------------- */

enum member_type { M_TEXT, M_LIST };

/* "selects": says which certificate; "needed": an entry without is wrong. */
static const struct {
	const char	*name;
	enum member_type type;
	bool		 selects, needed;
} members[] = {
	{ "certificate_subject", M_TEXT, true, false },
	{ "common_name", M_TEXT, true, false },
	{ "serial_hex", M_TEXT, true, false },
	{ "organization", M_LIST, true, false },
	{ "subject", M_TEXT, false, true },
	{ "tenant", M_TEXT, false, true },
	{ "projects", M_LIST, false, true },
	{ "scopes", M_LIST, false, false },
	{ "roles", M_LIST, false, false },
};

#define NMEMBERS	(sizeof(members) / sizeof(members[0]))

static bool
list_ok(const struct jval *j)
{
	if (jval_type(j) != JVAL_ARR)
		return false;
	for (size_t i = 0; i < jval_len(j); i++)
		if (jval_str(jval_at(j, i), "")[0] == '\0')
			return false;
	return true;
}

static enum err
member_ok(const char *key, const struct jval *j, void *arg)
{
	struct diag	*d = arg;
	bool		 ok;

	for (size_t i = 0; i < NMEMBERS; i++) {
		if (strcmp(key, members[i].name) != 0)
			continue;
		ok = members[i].type == M_LIST ? list_ok(j) :
		    jval_type(j) == JVAL_STR;
		return ok ? ERR_OK : diag_set(d, ERR_INVAL, key,
		    "%s must be %s", key, members[i].type == M_LIST ?
		    "a list of texts that are not empty" : "text");
	}
	return diag_set(d, ERR_INVAL, key, "there is no member \"%s\"", key);
}

/* Is there anything in this member of the entry? */
static bool
given(const struct jval *entry, size_t i)
{
	const struct jval	*j = jval_get(entry, members[i].name);

	return members[i].type == M_LIST ? jval_len(j) > 0 :
	    jval_str(j, "")[0] != '\0';
}

/* Takes what an entry makes of a certificate; that it fits is checked, too. */
static enum err
take(const struct jval *entry, struct principal *who)
{
	static const struct {
		const char	*name;
		size_t		 off;
	} lists[] = {
		{ "projects", offsetof(struct principal, projects) },
		{ "scopes", offsetof(struct principal, scopes) },
		{ "roles", offsetof(struct principal, roles) },
	};
	const char	*tenant = jval_get_str(entry, "tenant", ""), *s;
	enum err	 e;

	if ((e = principal_subject(who, jval_get_str(entry, "subject",
	    ""))) != ERR_OK)
		return e;
	if (strlen(tenant) > PRINCIPAL_TENANT_MAX)
		return ERR_TOOBIG;
	memcpy(who->tenant, tenant, strlen(tenant) + 1);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct jval	*l = jval_get(entry, lists[i].name);

		for (size_t k = 0; k < jval_len(l); k++) {
			s = jval_str(jval_at(l, k), "");
			e = names_add((struct names *)((char *)who +
			    lists[i].off), s, strlen(s));
			if (e != ERR_OK)
				return e;
		}
	}
	who->kind = PRINCIPAL_MTLS;
	who->can_read = who->can_write = true;
	return ERR_OK;
}

static enum err
entry_ok(const struct jval *entry, struct diag *d)
{
	struct principal	 who;
	bool			 selects = false;
	enum err		 e;

	if (jval_type(entry) != JVAL_OBJ)
		return diag_set(d, ERR_INVAL, NULL, "it is no object");
	if ((e = jval_each(entry, member_ok, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < NMEMBERS; i++) {
		if (given(entry, i))
			selects |= members[i].selects;
		else if (members[i].needed)
			return diag_set(d, ERR_INVAL, members[i].name,
			    "%s is missing", members[i].name);
	}
	if (!selects)
		return diag_set(d, ERR_INVAL, NULL,
		    "it does not say which certificate it is about");
	principal_init(&who, "");
	if ((e = take(entry, &who)) != ERR_OK)
		return diag_set(d, ERR_INVAL, NULL,
		    "a name in it is too long or has control characters");
	return ERR_OK;
}

static enum err
top_ok(const char *key, const struct jval *j, void *arg)
{
	(void)j;
	return strcmp(key, "schema_version") == 0 ||
	    strcmp(key, "identities") == 0 ? ERR_OK : diag_set(arg, ERR_INVAL,
	    key, "there is no member \"%s\"", key);
}

static enum err
map_ok(const struct jval *doc, struct diag *d)
{
	const struct jval	*list = jval_get(doc, "identities");
	struct diag		 why = DIAG_INIT;
	enum err		 e;

	if ((e = jval_each(doc, top_ok, d)) != ERR_OK)
		return e;
	if (jval_type(list) != JVAL_ARR || jval_len(list) == 0)
		return diag_set(d, ERR_INVAL, "identities",
		    "\"identities\" must list at least one identity");
	for (size_t i = 0; i < jval_len(list); i++)
		if (entry_ok(jval_at(list, i), &why) != ERR_OK)
			return diag_set(d, ERR_INVAL, "identities",
			    "identity %zu: %s", i + 1, why.msg);
	return ERR_OK;
}

enum err
mtls_map_new(const char *path, struct mtls_map **out)
{
	struct mtls_map	*m = calloc(1, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	m->path = path;
	*out = m;
	return ERR_OK;
}

void
mtls_map_free(struct mtls_map *m)
{
	if (m == NULL)
		return;
	jval_free(m->doc);
	free(m);
}

enum err
mtls_map_check(struct mtls_map *m, struct diag *d)
{
	struct buf	 b = BUF_INIT(MTLS_MAP_MAX);
	struct stat	 st;
	enum err	 e;

	if (stat(m->path, &st) == -1)
		memset(&st, 0, sizeof(st));
	if (m->doc != NULL && st.st_ino == m->seen.st_ino &&
	    st.st_size == m->seen.st_size &&
	    st.st_mtim.tv_sec == m->seen.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == m->seen.st_mtim.tv_nsec)
		return ERR_OK;
	jval_free(m->doc);
	m->doc = NULL;
	if ((e = fsio_read(m->path, &b, d)) == ERR_OK &&
	    (e = jval_parse(b.data, b.len, &m->doc, d)) == ERR_OK &&
	    (e = map_ok(m->doc, d)) != ERR_OK) {
		jval_free(m->doc);
		m->doc = NULL;
	}
	buf_clear(&b);
	m->seen = st;
	return e;
}

/* --- finding a certificate in it ------------------------------------------------ */

static const char *
no_zeros(const char *hex)
{
	while (*hex == '0')
		hex++;
	return hex;
}

static bool
fits(const struct jval *entry, const struct mtls_cert *c)
{
	const char		*dn = jval_get_str(entry,
				    "certificate_subject", "");
	const char		*cn = jval_get_str(entry, "common_name", "");
	const char		*serial = jval_get_str(entry, "serial_hex", "");
	const struct jval	*orgs = jval_get(entry, "organization");

	if ((dn[0] != '\0' && strcmp(dn, c->subject) != 0) ||
	    (cn[0] != '\0' && !mtls_dn_has(c->subject, "CN", cn)) ||
	    (serial[0] != '\0' && strcasecmp(no_zeros(serial),
	    no_zeros(c->serial)) != 0))
		return false;
	for (size_t i = 0; i < jval_len(orgs); i++)
		if (!mtls_dn_has(c->subject, "O", jval_str(jval_at(orgs, i),
		    "")))
			return false;
	return true;
}

enum err
mtls_identify(struct mtls_map *m, const struct mtls_cert *c,
    struct principal *who, struct diag *d, struct diag *log)
{
	const struct jval	*list;

	if (mtls_map_check(m, log) != ERR_OK)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "client "
		    "certificates cannot be looked up right now");
	list = jval_get(m->doc, "identities");
	for (size_t i = 0; i < jval_len(list); i++)
		if (fits(jval_at(list, i), c))
			return take(jval_at(list, i), who);
	return diag_set(d, ERR_DENIED, NULL,
	    "this client certificate is nobody's here");
}
