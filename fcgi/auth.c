#include "auth.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "req.h"

/* --- the key --------------------------------------------------------------- */

/*
 * The key travels in X-API-Key; clients of older servers put it into
 * Authorization, with or without "Bearer ", or into X-API-Token.
 */
static const char *
presented_key(const struct req *rq)
{
	if (rq->api_key[0] != '\0')
		return rq->api_key;
	if (rq->bearer[0] != '\0')
		return rq->bearer;
	return rq->api_token;
}

const char *
auth_registry_token(const struct req *rq)
{
	return rq->bearer[0] != '\0' ? rq->bearer : rq->api_token;
}

/* Is it one of the comma-separated keys?  All of them are looked at. */
static bool
key_listed(const char *key, const char *list)
{
	size_t	 len = strlen(key), n;
	bool	 found = false;

	for (;; list += n + 1) {
		list += strspn(list, " \t");
		n = strcspn(list, ",");
		size_t	 m = n;

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

/* --- who asks, and may they ------------------------------------------------- */

static enum err
authenticate(const struct conf *c, const struct req *rq,
    struct principal *who, struct diag *d)
{
	const char	*key = presented_key(rq);
	bool		 keys = c->api_key[0] != '\0' ||
			    c->api_read_key[0] != '\0';

	if (!keys)
		return diag_set(d, ERR_UNAUTH, NULL, "this server knows no "
		    "credentials; its operator has to configure some, or "
		    "allow anonymous access");
	if (key[0] == '\0')
		return diag_set(d, ERR_UNAUTH, NULL,
		    "credentials are missing: send X-API-Key");
	return by_key(c, key, who, d);
}

static enum err
permitted(const struct principal *who, enum action a, struct diag *d)
{
	if (action_info(a)->class == CLASS_READ ? who->can_read :
	    who->can_write)
		return ERR_OK;
	return diag_set(d, ERR_DENIED, NULL,
	    "these credentials only read; %s writes", action_info(a)->name);
}

/* What can be said of a registry route before tenant and project are known. */
static enum err
registry_first(const struct req *rq, enum action a, struct diag *d)
{
	if (auth_registry_token(rq)[0] != '\0' ||
	    (action_info(a)->flags & ACTION_PUBLIC) != 0)
		return ERR_OK;
	return diag_set(d, ERR_UNAUTH, NULL,
	    "a registry token is needed: Authorization: Bearer");
}

enum err
auth_check(struct app *app, const struct req *rq, enum action a,
    struct principal *who, struct diag *d)
{
	const struct conf	*c = app->conf;
	enum err		 e;

	principal_init(who, rq->remote);
	if (action_info(a)->class == CLASS_OPEN)
		return ERR_OK;
	if ((action_info(a)->flags & ACTION_REGISTRY) != 0)
		return registry_first(rq, a, d);
	if ((e = authenticate(c, rq, who, d)) == ERR_OK)
		e = permitted(who, a, d);
	if (e != ERR_OK && action_anonymous(c, a)) {
		principal_init(who, rq->remote);
		return ERR_OK;
	}
	return e;
}

bool
auth_may_write(const struct conf *c, const struct principal *who)
{
	return c->anon_write || who->can_write;
}
