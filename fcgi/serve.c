/*
 * The order is part of the contract: address and headers, route and method,
 * authority, size and type of the body, then the body itself, then its
 * fields.  Nobody without authority makes the server read a body.
 */
#include "serve.h"

#include <string.h>

#include "base/log.h"
#include "base/timefmt.h"
#include "form.h"
#include "job_wait.h"
#include "json_body.h"
#include "route.h"
#include "transport.h"

static int64_t
body_max(const struct app *app, const struct route *r)
{
	switch (r->body) {
	case BODY_FORM:
		return app->conf->max_artifact + BODY_FORM_EXTRA;
	case BODY_JSON:
		return BODY_JSON_MAX;
	case BODY_NONE:
		break;
	}
	return 0;
}

/* What can be said about the body without reading it. */
static enum err
body_check(const struct app *app, const struct route *r, struct call *c)
{
	int64_t	 len = c->rq->content_length, max = body_max(app, r);

	if (len > max && r->body == BODY_NONE)
		return diag_set(&c->d, ERR_TOOBIG, NULL,
		    "this route takes no request body");
	if (len > max && r->body == BODY_JSON)
		return diag_set(&c->d, ERR_TOOBIG, NULL, "the request body "
		    "exceeds %lld bytes", (long long)max);
	if (len > max)
		return diag_set(&c->d, ERR_TOOBIG, "artifact_file",
		    "the request body is larger than %lld bytes; an object "
		    "may have %lld", (long long)max,
		    (long long)app->conf->max_artifact);
	if (r->body == BODY_FORM && len <= 0)
		return diag_set(&c->d, ERR_SYNTAX, NULL,
		    "a form with the object is needed as the request body");
	if (r->body == BODY_JSON && len <= 0)
		return diag_set(&c->d, ERR_SYNTAX, NULL, "invalid JSON body: "
		    "a JSON object is needed as the request body");
	return ERR_OK;
}

static enum err
truncated(struct call *c, int64_t left)
{
	return diag_set(&c->d, ERR_SYNTAX, NULL, "the request body is "
	    "truncated: %lld bytes are missing", (long long)left);
}

static enum err
json_read(struct call *c)
{
	struct buf	 b = BUF_INIT((size_t)BODY_JSON_MAX);
	int64_t		 left = c->rq->content_length;
	char		*p = buf_reserve(&b, (size_t)left);
	ssize_t		 n;
	enum err	 e = buf_err(&b);

	while (e == ERR_OK && left > 0) {
		if ((n = transport_read(c->t, p, (size_t)left)) <= 0) {
			e = truncated(c, left);
			break;
		}
		buf_commit(&b, (size_t)n);
		p += n;
		left -= n;
	}
	if (e == ERR_OK)
		e = fields_json(&c->f, b.data, b.len, &c->d);
	buf_clear(&b);
	return e;
}

static enum err
body_read(const struct app *app, struct call *c)
{
	struct form_limits	 limits = { app->conf->workdir,
				    app->conf->max_artifact };
	struct form		*form = NULL;
	char			 chunk[16 * 1024];
	int64_t			 left = c->rq->content_length;
	ssize_t			 n;
	enum err		 e;

	if ((e = form_new(c->rq->content_type, &limits, &c->f, &form,
	    &c->d)) != ERR_OK)
		return e;
	while (left > 0 && e == ERR_OK) {
		n = transport_read(c->t, chunk, left < (int64_t)sizeof(chunk) ?
		    (size_t)left : sizeof(chunk));
		if (n <= 0) {
			e = truncated(c, left);
			break;
		}
		left -= n;
		e = form_feed(form, chunk, (size_t)n, &c->d);
	}
	if (e == ERR_OK)
		e = form_end(form, &c->d);
	form_free(form);
	return e;
}

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

static enum err
fields(const struct app *app, const struct route *r, struct call *c)
{
	enum err	 e;

	if (r->fields == NULL)
		return ERR_OK;
	fields_init(&c->f, r->fields);
	if ((e = fields_query(&c->f, c->rq->query, &c->d)) != ERR_OK)
		return e;
	if (r->body == BODY_FORM &&
	    (e = body_err(body_read(app, c))) != ERR_OK)
		return e;
	if (r->body == BODY_JSON && (e = json_read(c)) != ERR_OK)
		return e;
	return body_err(fields_check(&c->f, app->conf, &c->d));
}

/*
 * nginx asks before it reads a body, and understands 204, 401 and 403 only:
 * any other error waits for the request itself.
 */
static enum err
may_read(const struct app *app, struct call *c, const struct route *r)
{
	c->rp->status = 204;
	if (r == NULL)
		return ERR_OK;
	return auth_check(app->conf, c->rq, r->action, &c->subject, &c->d);
}

static enum err
dispatch(struct app *app, struct call *c)
{
	const struct route	*r = NULL;
	enum err		 e;

	e = route_find(c->rq->method, c->rq->path, &r, &c->prefix,
	    &c->rp->allow);
	if (c->rq->auth_only)
		return may_read(app, c, e == ERR_OK ? r : NULL);
	if (e == ERR_METHOD)
		return diag_set(&c->d, e, NULL,
		    "method not allowed; this route takes %s", c->rp->allow);
	if (e != ERR_OK)
		return diag_set(&c->d, e, NULL, "no such route");
	if ((e = auth_check(app->conf, c->rq, r->action, &c->subject,
	    &c->d)) != ERR_OK)
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

	if (c->rq->auth_only)
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
	    LOG_S("remote", c->rq->remote),
	    LOG_S("subject", c->subject),
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
	int64_t		 start = time_mono_us();
	bool		 head_bad;
	enum err	 e, sent;

	memset(&c, 0, sizeof(c));
	c.rq = &rq;
	c.rp = &rp;
	c.t = t;
	reply_init(&rp);
	e = req_read(t, &rq, &c.d);
	head_bad = e != ERR_OK;
	if (e == ERR_OK)
		e = dispatch(app, &c);
	if (e != ERR_OK) {
		c.d.code = e;
		reply_err(&rp, &rq, e, &c.d);
		rp.status = special_status(&rq, head_bad, e, &c.d);
	}
	fields_clear(&c.f);
	sent = reply_send(&rp, &rq, t);
	transport_finish(t);
	log_request(&c, e, sent, time_mono_us() - start);
	reply_clear(&rp);
}
