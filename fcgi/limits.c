#include "limits.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "metrics.h"
#include "route.h"
#include "store/store_audit.h"
#include "store/store_limit.h"

/* A window that is not given, in seconds (the registry's default). */
#define WINDOW_DEFAULT_S	60
/* How long a credential that was right stays known for its address. */
#define KNOWN_MS	((int64_t)24 * 3600 * 1000)
/* A flood leaves one event so often in the audit, for each address. */
#define AUDIT_MS	((int64_t)60 * 1000)

static void
failed(const char *what, enum err e)
{
	log_event(LOG_WARN, "limits.unavailable", LOG_S("limit", what),
	    LOG_S("code", err_code(e)));
}

void
limits_address(const char *address, char *out, size_t size)
{
	struct in6_addr	 in6;
	char		 text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, &in6) != 1) {
		snprintf(out, size, "address:%s", address);
		return;
	}
	if (IN6_IS_ADDR_V4MAPPED(&in6)) {
		inet_ntop(AF_INET, &in6.s6_addr[12], text, sizeof(text));
		snprintf(out, size, "address:%s", text);
		return;
	}
	memset(&in6.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &in6, text, sizeof(text));
	snprintf(out, size, "address:%s/64", text);
}

void
limits_caller(const struct call *c, char out[static LIMITS_CALLER_SIZE])
{
	if (c->who.kind == PRINCIPAL_ANONYMOUS)
		limits_address(c->who.address, out, LIMITS_CALLER_SIZE);
	else
		snprintf(out, LIMITS_CALLER_SIZE, "%s", c->who.subject);
}

/* --- wrong credentials ------------------------------------------------------ */

/* All that was sent as one text; false when nothing was. */
static bool
credential(const struct req *rq, struct buf *out)
{
	const char *const	 parts[] = { rq->api_key, rq->bearer,
				    rq->api_token, rq->identity };
	bool			 any = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		any |= parts[i][0] != '\0';
		buf_adds(out, parts[i]);
		buf_addc(out, '\n');
	}
	return any;
}

/* "known:token:<digest>@address:…", of no use for guessing. */
static enum err
known_subject(struct db *db, const struct req *rq, const char *address,
    char *out, size_t size)
{
	struct buf	 all = BUF_INIT(sizeof(*rq));
	char		 actor[AUDIT_ACTOR_SIZE];
	enum err	 e = ERR_NOTFOUND;

	if (credential(rq, &all) && (e = buf_err(&all)) == ERR_OK &&
	    (e = audit_token_actor(db, buf_str(&all), actor)) == ERR_OK)
		snprintf(out, size, "known:%s@%s", actor, address);
	if (all.data != NULL)
		explicit_bzero(all.data, all.len);
	buf_clear(&all);
	return e;
}

static const struct limit_rule	 known_rule = { 1, KNOWN_MS };

static bool
credentials_sent(const struct req *rq)
{
	return rq->api_key[0] != '\0' || rq->bearer[0] != '\0' ||
	    rq->api_token[0] != '\0' || rq->identity[0] != '\0';
}

/*
 * The audit gets one event a minute of what is refused unseen, and the log
 * one line: a flood shall not fill the disk either.  Was this the one?
 */
static bool
audit_flood(struct db *db, const struct call *c, const char *address)
{
	const struct limit_key	 key = { address, "", "", "login_audit" };
	const struct limit_rule	 rule = { 1, AUDIT_MS };
	struct limit_state	 st;
	struct audit_event	 ev = { .action = "login_denied",
				    .status = "denied", .actor = "anonymous",
				    .message = "too many wrong credentials "
				    "from this address; what else it sends "
				    "is refused unseen",
				    .request_id = c->rq->id,
				    .address = c->who.address,
				    .user_agent = c->rq->user_agent,
				    .http_status = 429 };
	enum err		 e;

	if (limit_take(db, &key, &rule, time_now_ms(), &st) != ERR_OK)
		return false;
	if ((e = audit_append(db, &ev)) != ERR_OK)
		log_event(LOG_ERROR, "audit.failed",
		    LOG_S("request_id", c->rq->id), LOG_S("code", err_code(e)));
	return true;
}

enum err
limits_login(struct app *app, struct call *c)
{
	const struct limit_rule	 rule = { app->conf->login_max,
				    app->conf->login_window * 1000 };
	char			 address[96], known[160];
	struct limit_key	 key = { address, "", "", "login" };
	struct limit_state	 st, seen;
	struct db		*db;
	enum err		 e;

	if (!credentials_sent(c->rq) || app_db(app, &db, NULL) != ERR_OK)
		return ERR_OK;
	limits_address(c->who.address, address, sizeof(address));
	e = limit_peek(db, &key, &rule, time_now_ms(), &st);
	if (e != ERR_LIMITED) {
		if (e != ERR_OK)
			failed("login", e);
		return ERR_OK;
	}
	key.action = "login_known";
	key.subject = known;
	if (known_subject(db, c->rq, address, known, sizeof(known)) == ERR_OK &&
	    limit_peek(db, &key, &known_rule, time_now_ms(), &seen) ==
	    ERR_LIMITED)
		return ERR_OK;
	c->flood = !audit_flood(db, c, address);
	metrics_limited(app->metrics, ACTION_NONE);
	c->rp->retry_after = (int)st.retry_s;
	return diag_set(&c->d, ERR_LIMITED, NULL, "too many wrong credentials "
	    "came from this address; try again in %lld s",
	    (long long)st.retry_s);
}

void
limits_login_result(struct app *app, const struct call *c, enum err result)
{
	const struct limit_rule	 rule = { app->conf->login_max,
				    app->conf->login_window * 1000 };
	char			 address[96], known[160];
	struct limit_key	 key = { address, "", "", "login" };
	struct limit_state	 st;
	struct db		*db;
	enum err		 e = ERR_OK;

	if (!credentials_sent(c->rq) || rule.max <= 0 ||
	    app_db(app, &db, NULL) != ERR_OK)
		return;
	limits_address(c->who.address, address, sizeof(address));
	if (result == ERR_UNAUTH)
		e = limit_take(db, &key, &rule, time_now_ms(), &st);
	else if (result == ERR_OK && c->who.kind != PRINCIPAL_ANONYMOUS &&
	    (e = known_subject(db, c->rq, address, known, sizeof(known))) ==
	    ERR_OK) {
		key.action = "login_known";
		key.subject = known;
		e = limit_take(db, &key, &known_rule, time_now_ms(), &st);
	}
	if (e != ERR_OK && e != ERR_LIMITED)
		failed("login", e);
}

/* --- requests ---------------------------------------------------------------- */

/* rule->max 0: this action has no limit. */
static void
rule_of(const struct conf *c, enum action a, struct limit_rule *rule)
{
	const struct action_info	*info = action_info(a);
	int64_t				 window = c->registry_rate_window;

	memset(rule, 0, sizeof(*rule));
	if ((info->flags & ACTION_REGISTRY) != 0 ||
	    a == ACTION_RUNTIME_EXECUTE) {
		rule->max = c->registry_rate_max;
		rule->window_ms = (window > 0 ? window : WINDOW_DEFAULT_S) *
		    1000;
	} else if (info->class == CLASS_WRITE) {
		rule->max = c->api_rate_max;
		rule->window_ms = c->api_rate_window * 1000;
	}
}

enum err
limits_action(struct app *app, struct call *c, enum action a,
    const char *tenant, const char *project)
{
	char			 who[LIMITS_CALLER_SIZE];
	struct limit_key	 key = { who, tenant, project,
				    action_info(a)->name };
	struct limit_state	*st = &c->rp->limit;
	struct limit_rule	 rule;
	struct db		*db;
	enum err		 e;

	rule_of(app->conf, a, &rule);
	if (rule.max <= 0 || app_db(app, &db, NULL) != ERR_OK)
		return ERR_OK;
	limits_caller(c, who);
	/* nginx asks first and then sends the request: that one counts. */
	e = (c->rq->auth_only ? limit_peek : limit_take)(db, &key, &rule,
	    time_now_ms(), st);
	if (e != ERR_OK && e != ERR_LIMITED) {
		failed(key.action, e);
		memset(st, 0, sizeof(*st));
		return ERR_OK;
	}
	c->rp->limit_window_s = rule.window_ms / 1000;
	if (e == ERR_OK)
		return ERR_OK;
	metrics_limited(app->metrics, a);
	c->rp->retry_after = (int)st->retry_s;
	diag_set(&c->d, e, NULL, "rate limit exceeded: at most %lld requests "
	    "of this kind in %lld s; try again in %lld s",
	    (long long)rule.max, (long long)c->rp->limit_window_s,
	    (long long)st->retry_s);
	if ((action_info(a)->flags & (ACTION_REGISTRY | ACTION_RUNTIME)) != 0)
		auth_audit_denied(app, c, a, tenant, project);
	return e;
}
