#include "auth.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "identity.h"
#include "req.h"

/* --- keys ------------------------------------------------------------------- */

const char *
auth_registry_token(const struct req *rq)
{
	return rq->bearer[0] != '\0' ? rq->bearer : rq->api_token;
}

/*
 * The key travels in X-API-Key; clients of older servers put it into
 * Authorization, with or without "Bearer ", or into X-API-Token, unless that
 * is where the action has its registry token.
 */
static const char *
presented_key(const struct req *rq, enum action a)
{
	if (rq->api_key[0] != '\0' || a == ACTION_RUNTIME_EXECUTE)
		return rq->api_key;
	return auth_registry_token(rq);
}

/* Is it one of the comma-separated keys?  All of them are looked at. */
static bool
key_listed(const char *key, const char *list)
{
	size_t	 len = strlen(key), n, m;
	bool	 found = false;

	for (;; list += n + 1) {
		list += strspn(list, " \t");
		m = n = strcspn(list, ",");
		while (m > 0 && (list[m - 1] == ' ' || list[m - 1] == '\t'))
			m--;
		if (m > 0 && m == len && secret_equal(key, list, m))
			found = true;
		if (list[n] == '\0')
			return found;
	}
}

/* The subject of a key is what tells keys apart without telling the key. */
static enum err
by_key(const struct conf *c, const char *key, struct principal *who,
    struct diag *d)
{
	char	 hex[SHA256_HEX_SIZE];
	bool	 writes = key_listed(key, c->api_key);

	if (!writes && !key_listed(key, c->api_read_key))
		return diag_set(d, ERR_UNAUTH, NULL, "the API key is wrong");
	if (sha256_mem(key, strlen(key), hex) != ERR_OK)
		return ERR_INTERNAL;
	who->kind = PRINCIPAL_API_KEY;
	snprintf(who->subject, sizeof(who->subject), "token:%.12s", hex);
	who->can_read = true;
	who->can_write = writes;
	return ERR_OK;
}

/* --- identities --------------------------------------------------------------- */

static void
log_trouble(const struct req *rq, const struct diag *log)
{
	if (log->msg[0] != '\0')
		log_event(LOG_ERROR, "auth.unavailable",
		    LOG_S("request_id", rq->id), LOG_S("detail", log->msg));
}

static enum err
not_configured(struct diag *d, const char *what)
{
	return diag_set(d, ERR_UNAVAILABLE, NULL, "%s; the operator of this "
	    "server has to configure it, or to allow anonymous access", what);
}

static enum err
by_token(struct app *app, const struct req *rq, struct principal *who,
    struct diag *d)
{
	struct diag	 log = DIAG_INIT;
	enum err	 e;

	if (!identity_configured(app->identity))
		return not_configured(d,
		    "nothing is set up to check identity tokens with");
	e = identity_verify(app->identity, rq->identity, who, d, &log);
	if (e != ERR_OK)
		log_trouble(rq, &log);
	return e;
}

static enum err
by_certificate(struct app *app, const struct req *rq, struct principal *who,
    struct diag *d)
{
	struct diag	 log = DIAG_INIT;
	enum err	 e;

	e = mtls_identify(app->mtls, &rq->cert, who, d, &log);
	if (e != ERR_OK)
		log_trouble(rq, &log);
	return e;
}

enum err
auth_identity(struct app *app, const struct req *rq, struct principal *who,
    struct diag *d)
{
	if (rq->identity[0] == '\0')
		return identity_configured(app->identity) ?
		    diag_set(d, ERR_UNAUTH, "X-API-Identity-Token",
		    "missing write identity token: send X-API-Identity-Token")
		    : not_configured(d, "this route wants an identity token, "
		    "and nothing is set up to check one with");
	return by_token(app, rq, who, d);
}

/*
 * The order: an identity token, which says the most; a certificate that is
 * somebody's here; a key.  The first of them that is presented decides, so
 * that nobody sheds the rules of an identity by sending a key along.
 */
static enum err
authenticate(struct app *app, const struct req *rq, enum action a,
    struct principal *who, struct diag *d)
{
	const struct conf	*c = app->conf;
	const char		*key = presented_key(rq, a);
	bool			 keys = c->api_key[0] != '\0' ||
				    c->api_read_key[0] != '\0';
	bool			 cert = app->mtls != NULL &&
				    rq->cert.subject[0] != '\0';
	enum err		 e = ERR_DENIED;

	if (c->require_identity)
		key = "";
	if (rq->identity[0] != '\0')
		return by_token(app, rq, who, d);
	if (cert && (e = by_certificate(app, rq, who, d)) != ERR_DENIED)
		return e;
	if (key[0] != '\0' && keys) {
		principal_init(who, rq->client);
		return by_key(c, key, who, d);
	}
	if (cert)
		return e;
	if (!identity_configured(app->identity) && app->mtls == NULL &&
	    (!keys || c->require_identity))
		return not_configured(d, "this server knows no credentials");
	return diag_set(d, ERR_UNAUTH, NULL, c->require_identity ?
	    "an identity is needed: send X-API-Identity-Token" : keys ?
	    "credentials are missing: send X-API-Key" :
	    "credentials are missing: send X-API-Identity-Token");
}

/* --- may they ------------------------------------------------------------------- */

#define LIST_CUTS	" ,;\t\r\n"

/* Appends those of "list" that "held" has not. */
static void
missing(const char *list, const struct names *held, struct buf *out)
{
	struct names	 want = { 0 };

	if (names_split(&want, list, LIST_CUTS) != ERR_OK) {
		buf_addf(out, "%sa list that is too long", out->len > 0 ?
		    ", " : "");
		return;
	}
	for (const char *s = NULL; (s = names_next(&want, s)) != NULL;)
		if (!names_has(held, s))
			buf_addf(out, "%s%s", out->len > 0 ? ", " : "", s);
}

static enum err
demand(const char *const lists[], const struct names *held, enum action a,
    const char *what, struct diag *d)
{
	struct buf	 b = BUF_INIT(512);
	char		 name[64];
	enum err	 e = ERR_OK;

	for (size_t i = 0; lists[i] != NULL; i++)
		missing(lists[i], held, &b);
	if (b.len > 0 || buf_err(&b) != ERR_OK) {
		snprintf(name, sizeof(name), "%s", action_info(a)->name);
		for (char *s = name; *s != '\0'; s++)
			if (*s == '_')
				*s = ' ';
		e = diag_set(d, ERR_DENIED, NULL, "missing %s %s: %s", name,
		    what, buf_str(&b));
	}
	buf_clear(&b);
	return e;
}

enum err
auth_claims(const struct conf *c, const struct principal *who, enum action a,
    struct diag *d)
{
	bool			 x = action_info(a)->class == CLASS_EXECUTE;
	const char *const	 scopes[] = { c->scopes_all,
				    action_scopes(c, a), x ?
				    c->execute_scopes : NULL, NULL };
	const char *const	 roles[] = { c->roles_all,
				    action_roles(c, a), x ?
				    c->execute_roles : NULL, NULL };
	enum err		 e;

	if (who->kind != PRINCIPAL_IDENTITY && who->kind != PRINCIPAL_MTLS)
		return ERR_OK;
	if ((e = demand(scopes, &who->scopes, a, "scopes", d)) == ERR_OK)
		e = demand(roles, &who->roles, a, "roles", d);
	return e;
}

static enum err
permitted(const struct conf *c, const struct principal *who, enum action a,
    struct diag *d)
{
	if (action_info(a)->class == CLASS_READ ? !who->can_read :
	    !who->can_write)
		return diag_set(d, ERR_DENIED, NULL, "these credentials only "
		    "read; %s writes", action_info(a)->name);
	return auth_claims(c, who, a, d);
}

/* What can be said of a registry route before tenant and project are known. */
static enum err
registry_first(struct app *app, const struct req *rq, enum action a,
    struct principal *who, struct diag *d)
{
	enum err	 e;

	if (auth_needs_identity(app->conf, a) || rq->identity[0] != '\0')
		if ((e = auth_identity(app, rq, who, d)) != ERR_OK ||
		    (e = permitted(app->conf, who, a, d)) != ERR_OK)
			return e;
	if (auth_registry_token(rq)[0] != '\0' ||
	    (action_info(a)->flags & ACTION_PUBLIC) != 0)
		return ERR_OK;
	return diag_set(d, ERR_UNAUTH, NULL,
	    "a registry token is needed: Authorization: Bearer");
}

bool
auth_needs_identity(const struct conf *c, enum action a)
{
	return c->registry_identity || c->scopes_all[0] != '\0' ||
	    c->roles_all[0] != '\0' || action_scopes(c, a)[0] != '\0' ||
	    action_roles(c, a)[0] != '\0';
}

enum err
auth_check(struct app *app, const struct req *rq, enum action a,
    struct principal *who, struct diag *d)
{
	enum err	 e;

	principal_init(who, rq->client);
	if (action_info(a)->class == CLASS_OPEN)
		return ERR_OK;
	if ((action_info(a)->flags & ACTION_REGISTRY) != 0)
		e = registry_first(app, rq, a, who, d);
	else if ((e = authenticate(app, rq, a, who, d)) == ERR_OK)
		e = permitted(app->conf, who, a, d);
	if (e != ERR_OK && action_anonymous(app->conf, a)) {
		principal_init(who, rq->client);
		memset(d, 0, sizeof(*d));
		return ERR_OK;
	}
	return e;
}

bool
auth_may_write(const struct conf *c, const struct principal *who)
{
	return c->anon_write || who->can_write;
}
