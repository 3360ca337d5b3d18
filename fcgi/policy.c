#include "policy.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth.h"
#include "base/timefmt.h"
#include "gates.h"
#include "identity.h"
#include "mtls.h"
#include "route.h"

#define SECRET_MIN	32	/* bytes: HS256 (RFC 7518, 3.2) */
#define KEY_MIN		20	/* bytes of a key nobody guesses */

/* --- unsafe combinations ------------------------------------------------------- */

typedef bool (*warn_fn)(struct app *);

static bool
w_anonymous_write(struct app *a)
{
	return a->conf->anon_write;
}

static bool
nothing_known(const struct app *a)
{
	return a->conf->api_key[0] == '\0' &&
	    a->conf->api_read_key[0] == '\0' &&
	    !identity_configured(a->identity) && a->mtls == NULL;
}

static bool
w_no_credentials(struct app *a)
{
	return nothing_known(a) && !a->conf->anon_write;
}

static bool
w_identity_impossible(struct app *a)
{
	return (a->conf->require_identity || a->conf->registry_identity) &&
	    !identity_configured(a->identity) &&
	    (a->mtls == NULL || a->conf->registry_identity);
}

static bool
short_key(const char *list)
{
	size_t	 n;

	for (;; list += n + 1) {
		list += strspn(list, " \t");
		n = strcspn(list, ",");
		if (n > 0 && n < KEY_MIN)
			return true;
		if (list[n] == '\0')
			return false;
	}
}

static bool
w_short_key(struct app *a)
{
	return short_key(a->conf->api_key) || short_key(a->conf->api_read_key);
}

static bool
w_short_secret(struct app *a)
{
	size_t	 n = strlen(a->conf->jwt_secret);

	return n > 0 && n < SECRET_MIN;
}

/* Whoever copies a public key into the secret lets everybody sign. */
static bool
w_public_secret(struct app *a)
{
	return strstr(a->conf->jwt_secret, "PUBLIC KEY") != NULL ||
	    strstr(a->conf->jwt_secret, "CERTIFICATE") != NULL ||
	    strstr(a->conf->jwt_secret, "\"kty\"") != NULL;
}

static bool
w_two_algorithms(struct app *a)
{
	const struct conf	*c = a->conf;

	return c->jwt_secret[0] != '\0' && (c->jwks_path[0] != '\0' ||
	    c->jwks_url[0] != '\0' || identity_discovery(c)[0] != '\0');
}

static bool
w_any_audience(struct app *a)
{
	return identity_configured(a->identity) &&
	    a->conf->jwt_audience[0] == '\0';
}

static bool
w_any_issuer(struct app *a)
{
	return identity_configured(a->identity) &&
	    a->conf->jwt_issuer[0] == '\0' &&
	    identity_discovery(a->conf)[0] == '\0';
}

static bool
w_keys_unreadable(struct app *a)
{
	return a->conf->jwks_path[0] != '\0' &&
	    access(a->conf->jwks_path, R_OK) != 0;
}

static bool
w_map_unusable(struct app *a)
{
	return a->mtls != NULL && mtls_map_check(a->mtls, NULL) != ERR_OK;
}

static bool
w_grants_unusable(struct app *a)
{
	return grants_refresh(a->grants, NULL, NULL) != ERR_OK;
}

static bool
w_grants_broken(struct app *a)
{
	size_t	 valid, broken = 0;

	if (grants_refresh(a->grants, NULL, NULL) == ERR_OK)
		grants_count(a->grants, time_now_ms(), &valid, &broken);
	return broken > 0;
}

static bool
w_bootstrap_forever(struct app *a)
{
	return a->conf->registry_token[0] != '\0' &&
	    a->conf->registry_token_until[0] == '\0';
}

static bool
w_trusts_all(struct app *a)
{
	return strstr(a->conf->trusted_proxies, "/0") != NULL;
}

static bool
w_execute_unapproved(struct app *a)
{
	return a->conf->execute_enabled &&
	    strlen(a->conf->execute_approval) < APPROVAL_SECRET_MIN;
}

/* Of the guard policy: can it be used, and is it a closed one? */
static bool
policy_is(const struct app *a, bool *usable)
{
	struct guard	*g = NULL;
	bool		 allows;

	if (!a->conf->execute_enabled || a->conf->execute_policy[0] == '\0') {
		*usable = true;
		return false;
	}
	*usable = guard_load(a->conf->execute_policy, GUARD_EXECUTE, &g,
	    NULL) == ERR_OK;
	allows = *usable && guard_default_allows(g);
	guard_free(g);
	return allows;
}

static bool
w_execute_policy_broken(struct app *a)
{
	bool	 usable;

	policy_is(a, &usable);
	return !usable;
}

static bool
w_execute_policy_open(struct app *a)
{
	bool	 usable;

	return policy_is(a, &usable);
}

static bool
w_execute_policy_writable(struct app *a)
{
	struct stat	 st;

	return a->conf->execute_enabled &&
	    stat(a->conf->execute_policy, &st) == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static bool
w_execute_bad_user(struct app *a)
{
	const struct passwd	*pw;

	if (!a->conf->execute_enabled || a->conf->execute_user[0] == '\0')
		return false;
	pw = getpwnam(a->conf->execute_user);
	return pw == NULL || pw->pw_uid == 0;
}

static bool
w_same_secret(struct app *a)
{
	const struct conf	*c = a->conf;

	return c->execute_approval[0] != '\0' &&
	    (strcmp(c->execute_approval, c->jwt_secret) == 0 ||
	    strcmp(c->execute_approval, c->registry_token) == 0 ||
	    strcmp(c->execute_approval, c->api_key) == 0);
}

static bool
w_execute_no_policy(struct app *a)
{
	return a->conf->execute_enabled && a->conf->execute_policy[0] == '\0';
}

static bool
w_execute_no_user(struct app *a)
{
	return a->conf->execute_enabled && a->conf->execute_user[0] == '\0';
}

static const struct {
	warn_fn		 is;
	const char	*text;
} warnings[] = {
	{ w_anonymous_write, "anybody may validate with commands, compare and "
	    "read (BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE)" },
	{ w_no_credentials, "no credential is configured: what is not open to "
	    "everybody answers 503 (BPFCOMPAT_API_WRITE_KEY is the simplest)" },
	{ w_identity_impossible, "an identity is required and nothing is set "
	    "up to check one with" },
	{ w_short_key, "an API key is shorter than 20 bytes: it can be "
	    "guessed" },
	{ w_short_secret, "BPFCOMPAT_API_WRITE_JWT_HS256_SECRET is shorter "
	    "than 32 bytes: it can be found from one token" },
	{ w_public_secret, "BPFCOMPAT_API_WRITE_JWT_HS256_SECRET looks like a "
	    "public key: then everybody can sign" },
	{ w_two_algorithms, "tokens count by HS256 and by RS256: whoever has "
	    "the secret is as good as the issuer" },
	{ w_any_audience, "BPFCOMPAT_API_WRITE_JWT_AUDIENCE is empty: tokens "
	    "for other services count here" },
	{ w_any_issuer, "BPFCOMPAT_API_WRITE_JWT_ISSUER is empty: the claim "
	    "iss is not looked at" },
	{ w_keys_unreadable, "BPFCOMPAT_API_WRITE_JWT_JWKS_PATH cannot be "
	    "read" },
	{ w_map_unusable, "BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH cannot be "
	    "read or is wrong: client certificates answer 503" },
	{ w_grants_unusable, "cloud-registry/auth/tokens.json cannot be used: "
	    "registry routes answer 503" },
	{ w_grants_broken, "a grant in cloud-registry/auth/tokens.json breaks "
	    "a rule and never counts" },
	{ w_bootstrap_forever, "BPFCOMPAT_REGISTRY_AUTH_TOKEN has no end: "
	    "set BPFCOMPAT_REGISTRY_AUTH_TOKEN_EXPIRES_AT, or unset it once "
	    "there are grants" },
	{ w_trusts_all, "BPFCOMPAT_API_TRUSTED_PROXIES trusts every address: "
	    "anybody says where he comes from" },
	{ w_execute_unapproved, "runtime execute is on without a secret of 32 "
	    "bytes in BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN: it "
	    "answers 503" },
	{ w_same_secret, "BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN is "
	    "another credential as well: who asks can approve" },
	{ w_execute_no_policy, "runtime execute is on without "
	    "BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH" },
	{ w_execute_policy_broken, "BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH "
	    "cannot be used: runtime execute answers 503" },
	{ w_execute_policy_open, "the policy of runtime execute allows what "
	    "no rule speaks of (default_action)" },
	{ w_execute_policy_writable, "the policy of runtime execute can be "
	    "written by others than its owner" },
	{ w_execute_bad_user, "BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER does "
	    "not exist or is root" },
	{ w_execute_no_user, "runtime execute is on without "
	    "BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_USER: it runs as the "
	    "worker does" },
};

/* --- routes --------------------------------------------------------------------- */

/* "more" is what executing demands besides. */
static void
lists(struct buf *b, const char *what, const char *all, const char *own,
    const char *more)
{
	const char *const	 parts[] = { all, own, more };
	const char		*before = what;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i][0] != '\0') {
			buf_addf(b, before == what ? ", %s %s" : "%s%s",
			    before, parts[i]);
			before = " ";
		}
}

static void
needs(struct app *a, enum action act, struct buf *b)
{
	const struct conf		*c = a->conf;
	const struct action_info	*i = action_info(act);
	bool	 registry = (i->flags & ACTION_REGISTRY) != 0;

	if (i->class == CLASS_OPEN) {
		buf_adds(b, "anybody");
		return;
	}
	if (action_anonymous(c, act))
		buf_adds(b, "anybody; by name: ");
	if (registry)
		buf_adds(b, auth_needs_identity(c, act) ?
		    "registry token and identity" : "registry token");
	else if (nothing_known(a))
		buf_adds(b, "nobody");
	else
		buf_adds(b, c->require_identity ? "identity" :
		    i->class == CLASS_READ ? "key or identity that reads" :
		    "key or identity that writes");
	if ((i->flags & ACTION_PUBLIC) != 0)
		buf_adds(b, ", or anybody in a public project");
	if (i->class == CLASS_EXECUTE)
		buf_adds(b, ", a registry token and an approval");
	lists(b, "scopes", c->scopes_all, action_scopes(c, act),
	    i->class == CLASS_EXECUTE ? c->execute_scopes : "");
	lists(b, "roles", c->roles_all, action_roles(c, act),
	    i->class == CLASS_EXECUTE ? c->execute_roles : "");
}

enum err
policy_print(struct app *a, struct buf *b, size_t *n)
{
	const struct route	*r;

	buf_addf(b, "%-6s %-36s %-28s %s\n", "METHOD", "PATH", "ACTION",
	    "WHO");
	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		if ((r->flags & ROUTE_METRICS) != 0 &&
		    !a->conf->enable_metrics)
			continue;
		buf_addf(b, "%-6s %s%-*s %-28s ", method_name(r->method),
		    (r->flags & ROUTE_FIXED) != 0 ? "" : "/api",
		    (r->flags & ROUTE_FIXED) != 0 ? 36 : 32, r->path,
		    action_info(r->action)->name);
		needs(a, r->action, b);
		buf_addc(b, '\n');
	}
	gates_show(a, b);
	*n = 0;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		if (warnings[i].is(a)) {
			buf_addf(b, "%swarning: %s\n", *n == 0 ? "\n" : "",
			    warnings[i].text);
			(*n)++;
		}
	return buf_err(b);
}
