#include "gates.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "base/log.h"
#include "limits.h"
#include "req.h"
#include "route.h"
#include "store/store_limit.h"

#define A	ACTION_RUNTIME_EXECUTE

struct	gating {
	struct app		*app;
	struct call		*c;
	const struct gate_request *rq;	/* NULL: before credentials */
	struct gate_basis	*basis;
};

static enum err
refuse(struct gating *g, enum err e, const char *word, const char *text)
{
	diag_set(&g->c->d, e, NULL, "%s", text);
	diag_word(&g->c->d, word);
	return e;
}

/* --- before credentials --------------------------------------------------------- */

static enum err
g_enabled(struct gating *g)
{
	return g->app->conf->execute_enabled ? ERR_OK : refuse(g, ERR_DENIED,
	    "execute_disabled", "executing is not enabled on this server");
}

static enum err
g_kill_switch(struct gating *g)
{
	return !g->app->conf->execute_kill ? ERR_OK : refuse(g,
	    ERR_UNAVAILABLE, "kill_switch", "executing was stopped by the "
	    "operator of this server");
}

/* --- who asks -------------------------------------------------------------------- */

/* The dispatcher has asked auth_check(); nobody comes past it unnamed. */
static enum err
g_write_identity(struct gating *g)
{
	const struct principal	*who = &g->c->who;

	return who->kind != PRINCIPAL_ANONYMOUS && who->can_write ? ERR_OK :
	    refuse(g, ERR_UNAUTH, NULL, "executing needs credentials that "
	    "write");
}

/*
 * The registry's token is asked besides the identity, and does not replace
 * it: who asked stays who asked.
 */
static enum err
g_registry_scope(struct gating *g)
{
	struct principal	 asked = g->c->who;
	enum err		 e;

	if (g->c->granted)
		return ERR_OK;
	e = auth_registry(g->app, g->c, A, g->rq->tenant, g->rq->project);
	limits_login_result(g->app, g->c, e);
	if (e == ERR_OK)
		snprintf(g->basis->registry_subject,
		    sizeof(g->basis->registry_subject), "%s",
		    g->c->who.subject);
	g->c->who = asked;
	return e;
}

static enum err
g_rate_limit(struct gating *g)
{
	enum err	 e;

	if (g->c->granted)
		return ERR_OK;
	e = limits_action(g->app, g->c, A, g->rq->tenant, g->rq->project);
	g->c->granted = e == ERR_OK;
	return e;
}

/* --- what for -------------------------------------------------------------------- */

static enum err
g_approval(struct gating *g)
{
	const struct gate_request	*rq = g->rq;
	const struct approval_ask	 ask = {
		.tenant = rq->tenant,
		.project = rq->project,
		.digest = rq->digest,
		.version = rq->digest != NULL ? rq->version : NULL,
		.host = rq->host,
		.requested_by = g->c->who.subject,
		.now = rq->now,
	};
	struct approval			 a;
	enum err			 e;

	if ((e = approval_check(g->app->conf->execute_approval, rq->approval,
	    &ask, &a, &g->c->d)) != ERR_OK)
		return e;
	snprintf(g->basis->approval_id, sizeof(g->basis->approval_id), "%s",
	    a.id);
	snprintf(g->basis->approved_by, sizeof(g->basis->approved_by), "%s",
	    a.approved_by);
	return ERR_OK;
}

static enum err
policy_says(struct gating *g, const struct guard *policy)
{
	const struct gate_request	*rq = g->rq;
	struct guard_decision		*d = &g->basis->policy;
	const struct guard_facts	 facts = {
		.tenant = rq->tenant,
		.project = rq->project,
		.artifact = rq->artifact,
		.profiles = rq->profiles,
		.nprofiles = rq->nprofiles,
		.kernel = rq->kernel,
		.progs = rq->progs,
		.nprogs = rq->nprogs,
		.verified = rq->verified,
	};
	enum err			 e;

	guard_decide(policy, &facts, d);
	if (d->allowed)
		return ERR_OK;
	e = diag_set(&g->c->d, ERR_DENIED, NULL,
	    "the policy for executing denies it (rule %s): %s", d->rule,
	    d->reason);
	diag_word(&g->c->d, "policy_denied");
	return e;
}

static enum err
g_guard_policy(struct gating *g)
{
	const struct conf	*c = g->app->conf;
	struct guard		*policy = NULL;
	struct diag		 d = DIAG_INIT;
	enum err		 e = ERR_OK;

	if (c->execute_policy[0] == '\0')
		return !c->execute_need_policy ? ERR_OK : refuse(g,
		    ERR_UNAVAILABLE, "policy_required_missing", "executing "
		    "needs a policy, and this server has none");
	if (guard_load(c->execute_policy, GUARD_EXECUTE, &policy, &d) !=
	    ERR_OK) {
		/* Names a path of this machine: for the log only. */
		log_event(LOG_ERROR, "execute.policy",
		    LOG_S("request_id", g->c->rq->id),
		    LOG_S("detail", diag_text(&d)));
		return refuse(g, ERR_UNAVAILABLE, "policy_load_failed",
		    "the policy for executing cannot be used right now");
	}
	snprintf(g->basis->policy_sha256, sizeof(g->basis->policy_sha256),
	    "%s", guard_sha256(policy));
	if (g->rq->digest != NULL)
		e = policy_says(g, policy);
	guard_free(policy);
	return e;
}

static enum err
g_worker_identity(struct gating *g)
{
	const struct conf	*c = g->app->conf;

	g->basis->worker = c->execute_user;
	if (c->execute_user[0] == '\0')
		return !c->execute_need_user ? ERR_OK : refuse(g,
		    ERR_UNAVAILABLE, "worker_identity_required", "executing "
		    "needs a system user of its own, and this server has "
		    "none");
	return getpwnam(c->execute_user) != NULL ? ERR_OK : refuse(g,
	    ERR_UNAVAILABLE, "worker_user_unknown", "the system user that "
	    "executes does not exist on this server");
}

/* --- the order --------------------------------------------------------------------- */

static const struct {
	const char	*name;
	bool		 first;		/* asked before credentials */
	enum err	 (*ask)(struct gating *);
} gates[] = {
	{ "enabled", true, g_enabled },
	{ "kill_switch", true, g_kill_switch },
	{ "write_identity", false, g_write_identity },
	{ "registry_scope", false, g_registry_scope },
	{ "rate_limit", false, g_rate_limit },
	{ "approval", false, g_approval },
	{ "guard_policy", false, g_guard_policy },
	{ "worker_identity", false, g_worker_identity },
};

/*
 * Once: what is counted for its whole life cannot be used again.  Unlike a
 * limit it is refused when it cannot be counted.
 */
static enum err
use_up(struct gating *g)
{
	const struct limit_rule	 once = { 1, APPROVAL_LIFE_MAX_MS };
	char			 name[sizeof("approval:") + APPROVAL_ID_SIZE];
	const struct limit_key	 key = { name, "", "", "approval" };
	struct limit_state	 st;
	struct db		*db;
	enum err		 e;

	snprintf(name, sizeof(name), "approval:%s", g->basis->approval_id);
	if ((e = app_db(g->app, &db, NULL)) == ERR_OK)
		e = limit_take(db, &key, &once, g->rq->now, &st);
	if (e == ERR_LIMITED)
		return refuse(g, ERR_DENIED, "approval_used",
		    "this approval was used before");
	return e == ERR_OK ? ERR_OK : refuse(g, ERR_UNAVAILABLE,
	    "approval_not_recorded", "the use of this approval cannot be put "
	    "on record right now; try again later");
}

enum err
gates_decide(struct app *app, struct call *c, const struct gate_request *rq,
    struct gate_basis *basis, struct gate_refusal *r)
{
	struct gating	 g = { app, c, rq, basis };
	const char	*name = "approval";
	enum err	 e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < sizeof(gates) /
	    sizeof(gates[0]); i++) {
		if (rq == NULL && !gates[i].first)
			break;
		name = gates[i].name;
		e = gates[i].ask(&g);
	}
	if (e == ERR_OK && rq != NULL && rq->digest != NULL && !rq->dry_run) {
		name = "approval";
		e = use_up(&g);
	}
	if (e != ERR_OK) {
		r->gate = name;
		r->code = c->d.word != NULL ? c->d.word : err_code(e);
		r->status = reply_err_status(e);
		r->text = diag_text(&c->d);
	}
	return e;
}
