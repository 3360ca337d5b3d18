/*
 * The order is part of the contract: address and headers, route and method,
 * authority, size and type of the body, then the body itself, then its
 * fields.  Nobody without authority makes the server read a body.
 */
#include "serve.h"

#include <string.h>

#include "audited.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "body.h"
#include "gates.h"
#include "job_wait.h"
#include "limits.h"
#include "metrics.h"
#include "proxies.h"
#include "route.h"
#include "transport.h"

/* Storing an upload can fail in ways that are none of the client's doing. */
static enum err
body_err(enum err e)
{
	switch (e) {
	case ERR_NOTFOUND:
	case ERR_DENIED:
	case ERR_EXISTS:
	case ERR_TIMEOUT:
		return ERR_IO;
	default:
		return e;
	}
}

/*
 * The registry's own gate: tenant and project as they came, before they are
 * looked at any further, and before anything of a file is kept.
 */
static enum err
registry_gate(struct app *app, struct call *c)
{
	enum action	 a = c->route->action;
	char		 tenant[PRINCIPAL_TENANT_MAX + 2];
	char		 project[PRINCIPAL_TENANT_MAX + 2];
	enum err	 e;

	if ((action_info(a)->flags & ACTION_REGISTRY) == 0 || c->granted)
		return ERR_OK;
	fields_peek(&c->f, "tenant", tenant, sizeof(tenant));
	fields_peek(&c->f, "project", project, sizeof(project));
	if (c->route->body == BODY_FORM &&
	    (tenant[0] == '\0' || project[0] == '\0'))
		return diag_set(&c->d, ERR_INVAL, tenant[0] == '\0' ?
		    "tenant" : "project", "tenant and project must come "
		    "before the file, or in the query string");
	if (project[0] != '\0')
		a = action_in_project(a);
	e = auth_registry(app, c, a, tenant, project);
	limits_login_result(app, c, e);
	if (e == ERR_OK)
		e = limits_action(app, c, a, tenant, project);
	c->granted = e == ERR_OK;
	return e;
}

/*
 * A form whose tenant and project came with the query is decided before it is
 * read: of a form's fields the query wins, so they stay what they are.
 */
static enum err
early_gate(struct app *app, struct call *c)
{
	int	 t = fields_find(&c->f, "tenant");
	int	 p = fields_find(&c->f, "project");

	if (c->route->body != BODY_FORM || t == -1 || p == -1 ||
	    !c->f.v[t].from_query || !c->f.v[p].from_query)
		return ERR_OK;
	return registry_gate(app, c);
}

static enum err
fields(struct app *app, const struct route *r, struct call *c)
{
	enum err	 e;

	if (r->fields == NULL)
		return ERR_OK;
	fields_init(&c->f, r->fields);
	if ((e = fields_query(&c->f, c->rq->query, &c->d)) != ERR_OK ||
	    (e = early_gate(app, c)) != ERR_OK ||
	    (e = body_err(body_read(app, r, c, registry_gate))) != ERR_OK ||
	    (e = registry_gate(app, c)) != ERR_OK)
		return e;
	return body_err(fields_check(&c->f, app->conf, &c->d));
}

/* The first of the gates before credentials, and a record of the next. */
static enum err
admit_execute(struct app *app, struct call *c)
{
	struct gate_basis	 basis = GATE_BASIS_INIT;
	struct gate_refusal	 why;
	enum err		 e;

	if ((e = gates_decide(app, c, NULL, &basis, &why)) != ERR_OK ||
	    (e = limits_login(app, c)) != ERR_OK)
		return e;
	e = auth_check(app, c->rq, ACTION_RUNTIME_EXECUTE, &c->who, &c->d);
	limits_login_result(app, c, e);
	if (!c->rq->auth_only && (e == ERR_UNAUTH || e == ERR_DENIED)) {
		c->d.code = e;
		auth_audit_denied(app, c, ACTION_RUNTIME_EXECUTE, "", "");
	}
	return e;
}

/* Who asks, may they, and not too often? */
static enum err
admit(struct app *app, struct call *c, enum action a)
{
	enum err	 e;

	if (a == ACTION_RUNTIME_EXECUTE)
		return admit_execute(app, c);
	if ((e = limits_login(app, c)) != ERR_OK)
		return e;
	e = auth_check(app, c->rq, a, &c->who, &c->d);
	limits_login_result(app, c, e);
	/* The registry's are counted when the tenant is known, those of
	 * execute at their gate. */
	if (e != ERR_OK || action_info(a)->class != CLASS_WRITE ||
	    (action_info(a)->flags & ACTION_REGISTRY) != 0)
		return e;
	return limits_action(app, c, a, "", "");
}

/*
 * nginx asks before it reads a body; it understands 204, 401 and 403 only,
 * so the reply carries status and text of a refusal in headers besides.
 */
static enum err
may_read(struct app *app, struct call *c, const struct route *r)
{
	c->rp->status = 204;
	if (r == NULL)
		return ERR_OK;
	return admit(app, c, r->action);
}

static enum err
dispatch(struct app *app, struct call *c)
{
	const struct route	*r = NULL;
	enum err		 e;

	e = route_find(c->rq->method, c->rq->path, &r, &c->prefix,
	    &c->rp->allow);
	if (e == ERR_OK && (r->flags & ROUTE_METRICS) != 0 &&
	    !app->conf->enable_metrics)
		e = ERR_NOTFOUND;
	if (c->rq->auth_only)
		return may_read(app, c, e == ERR_OK ? r : NULL);
	if (e == ERR_METHOD)
		return diag_set(&c->d, e, NULL,
		    "method not allowed; this route takes %s", c->rp->allow);
	if (e != ERR_OK)
		return diag_set(&c->d, e, NULL, "no such route");
	c->route = r;
	if ((e = admit(app, c, r->action)) != ERR_OK)
		return e;
	if ((r->flags & ROUTE_WAIT) != 0 && !job_may_wait(app, c->rq))
		return diag_set(&c->d, ERR_BUSY, NULL,
		    "too many requests wait for a verdict already; try again "
		    "later, or use %s/validate/start", c->prefix);
	if ((e = body_check(app, r, c)) != ERR_OK ||
	    (e = fields(app, r, c)) != ERR_OK)
		return e;
	return r->handle(app, c);
}

/* Statuses that depend on which part of the request was wrong. */
static int
special_status(const struct req *rq, bool head_bad, enum err e,
    const struct diag *d)
{
	if (head_bad && e == ERR_TOOBIG)
		return strcmp(d->field, "path") == 0 ||
		    strcmp(d->field, "query") == 0 ? 414 : 431;
	if (!head_bad && e == ERR_SYNTAX && rq->method == METHOD_POST &&
	    rq->content_length == -1)
		return 411;
	return reply_err_status(e);
}

static void
log_request(const struct call *c, enum err e, enum err sent, int64_t us)
{
	const struct reply	*rp = c->rp;
	enum log_level		 level = LOG_INFO;

	if (c->rq->auth_only || c->flood)
		level = LOG_DEBUG;	/* the request itself follows */
	else if (rp->status >= 500)
		level = LOG_ERROR;
	else if (rp->status >= 400)
		level = LOG_WARN;
	log_event(level, "http.request",
	    LOG_S("request_id", c->rq->id),
	    LOG_S("method", method_name(c->rq->method)),
	    LOG_S("path", c->rq->path),
	    LOG_I("status", rp->status),
	    LOG_I("response_bytes", rp->sent),
	    LOG_I("us", us),
	    LOG_S("remote", c->who.address),
	    LOG_S("subject", c->who.subject),
	    LOG_S("traceparent", c->rq->traceparent[0] != '\0' ?
	    c->rq->traceparent : NULL),
	    LOG_S("code", e == ERR_OK ? NULL : err_code(e)),
	    LOG_S("detail", e == ERR_OK ? NULL : diag_text(&c->d)),
	    LOG_S("sent", sent == ERR_OK ? NULL : "client has gone"));
}

void
serve_request(struct app *app, struct transport *t)
{
	struct req	 rq;
	struct reply	 rp;
	struct call	 c;
	int64_t		 start = time_mono_us(), us;
	bool		 head_bad;
	enum err	 e, sent;

	memset(&c, 0, sizeof(c));
	c.rq = &rq;
	c.rp = &rp;
	c.t = t;
	reply_init(&rp);
	e = req_read(t, &rq, &c.d);
	proxies_client(app->proxies, rq.remote, rq.forwarded, rq.client,
	    sizeof(rq.client));
	principal_init(&c.who, rq.client);
	head_bad = e != ERR_OK;
	if (e == ERR_OK)
		e = dispatch(app, &c);
	if (e != ERR_OK) {
		c.d.code = e;
		audited_failure(app, &c);
		reply_err_as(&rp, &rq, e, &c.d,
		    special_status(&rq, head_bad, e, &c.d));
	}
	fields_clear(&c.f);
	sent = reply_send(&rp, &rq, t);
	transport_finish(t);
	us = time_mono_us() - start;
	if (!rq.auth_only)
		metrics_request(app->metrics, c.route, &rq, rp.status, us);
	log_request(&c, e, sent, us);
	req_clear(&rq);
	reply_clear(&rp);
}
