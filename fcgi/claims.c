#include "claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* No second after the year 9999 is one. */
#define SECONDS_MAX	253402300799.0

static enum err
bad(struct diag *d, const char *claim, const char *why)
{
	return diag_set(d, ERR_UNAUTH, NULL,
	    "invalid write identity token: %s %s", claim, why);
}

/* --- times ------------------------------------------------------------------ */

/* A JSON number, its fraction cut off, or the same in decimal text. */
static bool
seconds(const struct jval *j, int64_t *out)
{
	enum jval_type	 type = jval_type(j);
	const char	*s;
	char		*end;
	double		 v;

	if (type == JVAL_STR) {
		s = jval_str(j, "");
		if (s[0] == '\0' || strspn(s, "0123456789") != strlen(s))
			return false;
	} else if (type == JVAL_INT || type == JVAL_DOUBLE) {
		s = jval_text(j);
	} else {
		return false;
	}
	v = strtod(s, &end);
	if (*end != '\0' || !(v >= 0 && v <= SECONDS_MAX))
		return false;
	*out = (int64_t)v;
	return true;
}

static enum err
check_times(const struct jval *c, int64_t now, struct diag *d)
{
	const struct jval	*nbf = jval_get(c, "nbf");
	int64_t			 t;

	if (jval_get(c, "exp") == NULL)
		return bad(d, "exp", "is missing");
	if (!seconds(jval_get(c, "exp"), &t))
		return bad(d, "exp", "is no time");
	if (now >= t)
		return bad(d, "exp", "is over: the token has expired");
	if (nbf == NULL)
		return ERR_OK;
	if (!seconds(nbf, &t))
		return bad(d, "nbf", "is no time");
	return now < t ? bad(d, "nbf", "is yet to come") : ERR_OK;
}

/* --- who signed it, and for whom ---------------------------------------------- */

/* Length without blanks and one slash at the end. */
static size_t
issuer_len(const char **s)
{
	size_t	 n;

	*s += strspn(*s, " \t");
	n = strlen(*s);
	while (n > 0 && ((*s)[n - 1] == ' ' || (*s)[n - 1] == '\t'))
		n--;
	return n > 0 && (*s)[n - 1] == '/' ? n - 1 : n;
}

bool
claims_same_issuer(const char *a, const char *b)
{
	size_t	 na = issuer_len(&a), nb = issuer_len(&b);

	return na == nb && memcmp(a, b, na) == 0;
}

static enum err
check_audience(const struct jval *aud, const char *want, struct diag *d)
{
	if (want[0] == '\0')
		return ERR_OK;
	if (aud == NULL)
		return bad(d, "aud", "is missing");
	if (strcmp(jval_str(aud, ""), want) == 0)
		return ERR_OK;
	for (size_t i = 0; i < jval_len(aud); i++)
		if (strcmp(jval_str(jval_at(aud, i), ""), want) == 0)
			return ERR_OK;
	return bad(d, "aud", "names somebody else");
}

static enum err
check_issuer(const struct jval *c, const char *want, struct diag *d)
{
	const char	*iss = jval_get_str(c, "iss", "");

	if (want[0] == '\0')
		return ERR_OK;
	if (iss[0] == '\0')
		return bad(d, "iss", "is missing");
	return claims_same_issuer(iss, want) ? ERR_OK :
	    bad(d, "iss", "is another issuer");
}

/* --- what it says of its bearer ------------------------------------------------ */

struct	listing {
	const char	*claim;
	size_t		 off;	/* of the names in struct principal */
	const char	*at;	/* where its text is cut */
};

static const struct listing listings[] = {
	{ "projects", offsetof(struct principal, projects), "," },
	{ "scope", offsetof(struct principal, scopes), " \t\r\n," },
	{ "scp", offsetof(struct principal, scopes), " \t\r\n," },
	{ "roles", offsetof(struct principal, roles), "," },
	{ "role", offsetof(struct principal, roles), "," },
};

static enum err
take_text(struct names *n, const struct listing *l, const struct jval *j)
{
	if (jval_type(j) != JVAL_STR)
		return ERR_INVAL;
	return names_split(n, jval_str(j, ""), l->at);
}

/* A claim of another type than it may have is no claim to rely on. */
static enum err
take_list(struct principal *who, const struct listing *l,
    const struct jval *j, struct diag *d)
{
	struct names	*n = (struct names *)((char *)who + l->off);
	enum err	 e = ERR_OK;

	if (j == NULL)
		return ERR_OK;
	if (jval_type(j) == JVAL_ARR)
		for (size_t i = 0; i < jval_len(j) && e == ERR_OK; i++)
			e = take_text(n, l, jval_at(j, i));
	else
		e = take_text(n, l, j);
	if (e == ERR_OK)
		return e;
	return bad(d, l->claim, e == ERR_TOOBIG ? "is too long" :
	    "is neither text nor a list of texts");
}

static enum err
take_tenant(struct principal *who, const struct jval *j, struct diag *d)
{
	const char	*s = jval_str(j, "");
	size_t		 n;

	if (j == NULL)
		return ERR_OK;
	if (jval_type(j) != JVAL_STR)
		return bad(d, "tenant", "is no text");
	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n > PRINCIPAL_TENANT_MAX)
		return bad(d, "tenant", "is too long");
	memcpy(who->tenant, s, n);
	who->tenant[n] = '\0';
	return ERR_OK;
}

/* Only a token that says "no" is one to read with. */
static enum err
take_rights(struct principal *who, const struct jval *j, struct diag *d)
{
	if (j != NULL && jval_type(j) != JVAL_BOOL)
		return bad(d, "can_write", "is neither true nor false");
	who->can_read = true;
	who->can_write = jval_bool(j, true);
	return ERR_OK;
}

enum err
claims_read(const struct jval *c, const char *issuer, const char *audience,
    int64_t now, struct principal *who, struct diag *d)
{
	enum err	 e;

	if (jval_type(c) != JVAL_OBJ)
		return bad(d, "its text", "is no JSON object");
	if (principal_subject(who, jval_get_str(c, "sub", "")) != ERR_OK)
		return bad(d, "sub", "is missing, too long or no text");
	if ((e = check_times(c, now, d)) != ERR_OK ||
	    (e = check_issuer(c, issuer, d)) != ERR_OK ||
	    (e = check_audience(jval_get(c, "aud"), audience, d)) != ERR_OK ||
	    (e = take_tenant(who, jval_get(c, "tenant"), d)) != ERR_OK ||
	    (e = take_rights(who, jval_get(c, "can_write"), d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if ((e = take_list(who, &listings[i],
		    jval_get(c, listings[i].claim), d)) != ERR_OK)
			return e;
	who->kind = PRINCIPAL_IDENTITY;
	return ERR_OK;
}
