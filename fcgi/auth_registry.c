/*
 * The registry's gate: a registry token in the name of a tenant and project,
 * besides it an identity where the operator wants one.  Every refusal is
 * audited; floods of them are folded by the audit itself.
 */
#include "auth.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "req.h"
#include "route.h"
#include "store/store_audit.h"
#include "store/store_registry.h"

/* Tenants and projects: a letter or digit, then letters, digits, "._-". */
static bool
name_ok(const char *s)
{
	static const char	 ok[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t			 len = strlen(s);

	return len > 0 && len <= PRINCIPAL_TENANT_MAX && s[0] != '.' &&
	    s[0] != '_' && s[0] != '-' && strspn(s, ok) == len;
}

static enum err
scope_check(enum action a, const char *tenant, const char *project,
    struct diag *d)
{
	bool		 whole = (action_info(a)->flags & ACTION_TENANT) != 0;
	const char	*bad = NULL;

	if (!name_ok(tenant))
		bad = "tenant";
	else if (!name_ok(project) && (project[0] != '\0' || !whole))
		bad = "project";
	if (bad == NULL)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, bad, "%s must be 1 to %d letters, "
	    "digits, dots, dashes or underscores, the first a letter or digit",
	    bad, PRINCIPAL_TENANT_MAX);
}

/* "registry_artifact_upload" -> "artifact_upload_denied" */
static void
denied_name(enum action a, char *out, size_t size)
{
	const char	*name = action_info(a)->name;

	if (a == ACTION_AGENT_DECISION)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "%s_denied",
		    strncmp(name, "registry_", 9) == 0 ? name + 9 : name);
}

void
auth_audit_denied(struct app *app, struct call *c, enum action a,
    const char *tenant, const char *project)
{
	char			 action[64], actor[AUDIT_ACTOR_SIZE];
	const char		*token = auth_registry_token(c->rq);
	struct audit_event	 ev = { .action = action, .status = "denied",
				    .actor = "anonymous", .tenant = tenant,
				    .project = project, .request_id = c->rq->id,
				    .message = diag_text(&c->d),
				    .address = c->who.address,
				    .user_agent = c->rq->user_agent,
				    .fold = true };
	struct diag		 d = DIAG_INIT;
	char			 meta[96];
	struct db		*db;
	enum err		 e;

	denied_name(a, action, sizeof(action));
	ev.http_status = reply_err_status(c->d.code);
	if (c->d.word != NULL) {
		snprintf(meta, sizeof(meta), "{\"deny_reason\":\"%s\"}",
		    c->d.word);
		ev.metadata = meta;
	}
	ev.identity_type = principal_kind_name(c->who.kind);
	if ((e = app_db(app, &db, &d)) == ERR_OK) {
		if (c->who.kind != PRINCIPAL_ANONYMOUS) {
			ev.actor = c->who.subject;
			ev.known = true;
		} else if (token[0] != '\0' &&
		    audit_token_actor(db, token, actor) == ERR_OK) {
			ev.actor = actor;
		}
		e = audit_append(db, &ev);
	}
	if (e != ERR_OK)
		log_event(LOG_ERROR, "audit.failed",
		    LOG_S("request_id", c->rq->id), LOG_S("action", action),
		    LOG_S("code", err_code(e)), LOG_S("detail", d.msg));
}

/* The token's holder becomes the one who asks. */
static void
become(struct principal *who, const struct grants_who *g, const char *tenant)
{
	who->kind = g->bootstrap ? PRINCIPAL_BOOTSTRAP : PRINCIPAL_GRANT;
	snprintf(who->subject, sizeof(who->subject), "%s", g->subject);
	snprintf(who->tenant, sizeof(who->tenant), "%s", tenant);
	who->can_read = true;
	who->can_write = g->can_write;
}

static enum err
by_token(struct app *app, struct call *c, enum action a, const char *tenant,
    const char *project)
{
	struct grants_ask	 ask = {
		.token = auth_registry_token(c->rq),
		.tenant = tenant,
		.project = project[0] != '\0' ? project : NULL,
		.need = action_info(a)->class == CLASS_READ ? GRANTS_READ :
		    GRANTS_WRITE,
		.now = time_now_ms(),
	};
	struct grants_who	 who;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	e = grants_decide(app->grants, &ask, &who, &d);
	if (e == ERR_OK) {
		become(&c->who, &who, tenant);
		return e;
	}
	if (e != ERR_UNAUTH && e != ERR_DENIED) {
		/* Names a path of this machine: for the log only. */
		log_event(LOG_ERROR, "grants.unusable",
		    LOG_S("request_id", c->rq->id),
		    LOG_S("detail", grants_problem(app->grants)));
		return diag_set(&c->d, ERR_UNAVAILABLE, NULL,
		    "the registry's grants cannot be used right now");
	}
	return diag_set(&c->d, e, NULL, "%s", d.msg);
}

/*
 * Only what the token says binds it: one that names neither is not bound,
 * one that names projects alone is bound by them in every tenant.
 */
enum err
auth_bound(const struct principal *who, const char *tenant,
    const char *project, struct diag *d)
{
	if (who->kind != PRINCIPAL_IDENTITY && who->kind != PRINCIPAL_MTLS)
		return ERR_OK;
	if (who->tenant[0] != '\0' && strcmp(who->tenant, tenant) != 0)
		return diag_set(d, ERR_DENIED, NULL,
		    "this identity belongs to another tenant");
	if (who->projects.n == 0 || names_has(&who->projects, "*") ||
	    (project[0] != '\0' && names_has(&who->projects, project)))
		return ERR_OK;
	return diag_set(d, ERR_DENIED, NULL,
	    "this identity does not reach that far");
}

/* Whoever may not by a credential may still read what is public. */
static bool
is_public(struct app *app, enum action a, const char *tenant,
    const char *project)
{
	struct diag	 d = DIAG_INIT;
	struct db	*db;
	bool		 yes = false;

	return (action_info(a)->flags & ACTION_PUBLIC) != 0 &&
	    app_db(app, &db, &d) == ERR_OK &&
	    store_project_public(db, tenant, project, &yes) == ERR_OK && yes;
}

enum err
auth_registry(struct app *app, struct call *c, enum action a,
    const char *tenant, const char *project)
{
	enum err	 e;

	if ((e = scope_check(a, tenant, project, &c->d)) != ERR_OK)
		return e;
	if ((e = auth_claims(app->conf, &c->who, a, &c->d)) == ERR_OK &&
	    (e = auth_bound(&c->who, tenant, project, &c->d)) == ERR_OK)
		e = by_token(app, c, a, tenant, project);
	else
		goto out;
	if ((e == ERR_UNAUTH || e == ERR_DENIED) &&
	    is_public(app, a, tenant, project)) {
		principal_init(&c->who, c->rq->client);
		c->who.can_read = true;
		return ERR_OK;
	}
out:
	if (e == ERR_UNAUTH || e == ERR_DENIED)
		auth_audit_denied(app, c, a, tenant, project);
	return e;
}
