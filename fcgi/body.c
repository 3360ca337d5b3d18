#include "body.h"

#include "domain/registry.h"
#include "form.h"
#include "json_body.h"
#include "transport.h"

/* No body that comes through nginx is larger. */
#define NO_LIMIT	((int64_t)1 << 50)

/* Largest file of a form. */
static int64_t
file_max(const struct app *app, const struct route *r)
{
	if ((r->flags & ROUTE_STORES) == 0)
		return app->conf->max_artifact;
	return app->conf->registry_max_artifact == 0 ? NO_LIMIT :
	    app->conf->registry_max_artifact;
}

static int64_t
body_max(const struct app *app, const struct route *r)
{
	switch (r->body) {
	case BODY_NONE:
		return 0;
	case BODY_FORM:
		return file_max(app, r) + BODY_FORM_EXTRA +
		    ((r->flags & ROUTE_STORES) != 0 ? REGISTRY_REPORT_MAX : 0);
	case BODY_JSON:
		return BODY_JSON_MAX;
	}
	return 0;
}

enum err
body_check(const struct app *app, const struct route *r, struct call *c)
{
	int64_t	 len = c->rq->content_length, max = body_max(app, r);

	if (len > max && r->body == BODY_NONE)
		return diag_set(&c->d, ERR_TOOBIG, NULL,
		    "this route takes no request body");
	if (len > max && r->body == BODY_JSON)
		return diag_set(&c->d, ERR_TOOBIG, NULL,
		    "the request body "
		    "exceeds %lld bytes", (long long)max);
	if (len > max)
		return diag_set(&c->d, ERR_TOOBIG, "artifact_file",
		    "the request body is larger than %lld bytes; an object "
		    "may have %lld", (long long)max,
		    (long long)file_max(app, r));
	if (r->body == BODY_FORM && len <= 0)
		return diag_set(&c->d, ERR_SYNTAX, NULL,
		    "a form with the object is needed as the request body");
	if (r->body == BODY_JSON && len <= 0)
		return diag_set(&c->d, ERR_SYNTAX, NULL, "invalid JSON body: "
		    "a JSON object is needed as the request body");
	return ERR_OK;
}

/* --- pieces of the body, to one or the other reader ------------------------- */

typedef enum err (*feed_fn)(void *arg, const void *, size_t, struct diag *);

static enum err
pump(struct call *c, feed_fn feed, void *arg)
{
	char		 chunk[16 * 1024];
	int64_t		 left = c->rq->content_length;
	ssize_t		 n;
	enum err	 e = ERR_OK;

	while (left > 0 && e == ERR_OK) {
		n = transport_read(c->t, chunk, left < (int64_t)sizeof(chunk) ?
		    (size_t)left : sizeof(chunk));
		if (n <= 0)
			return diag_set(&c->d, ERR_SYNTAX, NULL, "the request "
			    "body is truncated: %lld bytes are missing",
			    (long long)left);
		left -= n;
		e = feed(arg, chunk, (size_t)n, &c->d);
	}
	return e;
}

static enum err
feed_form(void *arg, const void *p, size_t n, struct diag *d)
{
	return form_feed(arg, p, n, d);
}

static enum err
feed_text(void *arg, const void *p, size_t n, struct diag *d)
{
	(void)d;
	return buf_add(arg, p, n);
}

/* --- a form --------------------------------------------------------------- */

struct	asker {
	struct app	*app;
	struct call	*call;
	enum err	(*ask)(struct app *, struct call *);
};

static enum err
before_file_ask(void *arg)
{
	struct asker	*a = arg;

	return a->ask(a->app, a->call);
}

static enum err
read_form(struct asker *a)
{
	struct call		*c = a->call;
	struct form_limits	 limits = { a->app->conf->workdir,
				    file_max(a->app, c->route),
				    a->ask == NULL ? NULL : before_file_ask,
				    a };
	struct form		*form = NULL;
	enum err		 e;

	if ((e = form_new(c->rq->content_type, &limits, &c->f, &form,
	    &c->d)) != ERR_OK)
		return e;
	if ((e = pump(c, feed_form, form)) == ERR_OK)
		e = form_end(form, &c->d);
	form_free(form);
	return e;
}

/* --- JSON ------------------------------------------------------------------- */

static enum err
read_json(struct call *c)
{
	struct buf	 b = BUF_INIT((size_t)BODY_JSON_MAX);
	enum err	 e;

	if ((e = pump(c, feed_text, &b)) == ERR_OK)
		e = fields_json(&c->f, b.data, b.len, &c->d);
	buf_clear(&b);
	return e;
}

enum err
body_read(struct app *app, const struct route *r, struct call *c,
    enum err (*before_file)(struct app *, struct call *))
{
	struct asker	 a = { app, c, before_file };

	switch (r->body) {
	case BODY_NONE:
		return ERR_OK;
	case BODY_FORM:
		return read_form(&a);
	case BODY_JSON:
		return read_json(c);
	}
	return ERR_OK;
}
