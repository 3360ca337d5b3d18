#include "audited.h"

#include "base/log.h"
#include "store/store_registry.h"

void
audited_fill(const struct call *c, struct audit_event *ev)
{
	ev->actor = c->who.subject;
	ev->known = c->who.kind != PRINCIPAL_ANONYMOUS;
	ev->identity_type = principal_kind_name(c->who.kind);
	ev->request_id = c->rq->id;
	ev->address = c->who.address;
	ev->user_agent = c->rq->user_agent;
}

enum err
audited_allow(struct app *app, struct call *c, struct audit_event *ev)
{
	struct db	*db;
	enum err	 e;

	audited_fill(c, ev);
	ev->status = "success";
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = audit_append(db, ev)) == ERR_OK)
		return e;
	log_event(LOG_ERROR, "audit.failed", LOG_S("request_id", c->rq->id),
	    LOG_S("action", ev->action), LOG_S("code", err_code(e)),
	    LOG_S("sqlite", db_errmsg(db)));
	return diag_set(&c->d, ERR_UNAVAILABLE, NULL, "this cannot be put on "
	    "record right now, so it was not done; try again later");
}

void
audited_failure(struct app *app, struct call *c)
{
	char	 tenant[PRINCIPAL_TENANT_MAX + 2];
	char	 project[PRINCIPAL_TENANT_MAX + 2];

	/* What is over a rate limit was put on record where it was counted. */
	if (c->route == NULL || !c->granted || c->audited ||
	    c->d.code == ERR_LIMITED)
		return;
	auth_audit_denied(app, c, c->route->action,
	    fields_peek(&c->f, "tenant", tenant, sizeof(tenant)),
	    fields_peek(&c->f, "project", project, sizeof(project)));
}
