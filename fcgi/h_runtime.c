/*
 * This host and its decisions: what the server's own kernel has, which
 * version of an artifact it may load, and what was decided before.  Nothing
 * is loaded here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "domain/decision.h"
#include "domain/hostprobe_local.h"
#include "domain/select.h"
#include "field_registry.h"
#include "handlers.h"

#define PART_MAX	((size_t)512 * 1024)	/* JSON of one part */

/* --- fields -------------------------------------------------------------------*/

/*
 * There is one work folder.  Clients that name it are right; a request does
 * not choose another one.
 */
static enum err
field_workdir(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	if (strcmp(v->str, conf->workdir) == 0 || strcmp(v->str, ".") == 0)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, f->name, "%s cannot be chosen by a "
	    "request; leave it out", f->name);
}

/* 0 and less mean: as many as there are. */
static enum err
field_any_limit(const struct field *f, const struct conf *conf,
    struct value *v, struct diag *d)
{
	char	*end;

	(void)conf;
	v->num = strtoll(v->str, &end, 10);
	if (*end != '\0' || end == v->str)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a whole number", f->name);
	return ERR_OK;
}

enum { P_PRIVILEGED, P_SUDO, P_SILENT };

const struct field probe_fields[] = {
	[P_PRIVILEGED] = { "prefer_privileged", field_bool, FIELD_QUERY, 8 },
	[P_SUDO] = { "use_sudo", field_bool, FIELD_QUERY, 8 },
	[P_SILENT] = { "sudo_non_interactive", field_bool, FIELD_QUERY, 8 },
	{ NULL, NULL, 0, 0 },
};

enum { S_NAME, S_VERSION, S_TARGET, S_LIMIT, S_WORKDIR, S_POLICY, S_PROBE };

const struct field select_fields[] = {
	[S_NAME] = { "artifact_name", field_text,
	    FIELD_FORM | FIELD_REQUIRED, 256 },
	[S_VERSION] = { "version", field_text, FIELD_FORM, 256 },
	[S_TARGET] = { "target_profile", field_profile, FIELD_FORM, 64 },
	[S_LIMIT] = { "limit", field_any_limit, FIELD_FORM | FIELD_NUMBER,
	    24 },
	[S_WORKDIR] = { "workdir", field_workdir, FIELD_FORM, 1024 },
	[S_POLICY] = { "policy", field_any, FIELD_FORM | FIELD_OBJECT,
	    32 * 1024 },
	[S_PROBE] = { "probe", field_any, FIELD_FORM | FIELD_OBJECT, 1024 },
	{ NULL, NULL, 0, 0 },
};

enum { D_LIMIT, D_CURSOR, D_WORKDIR };

const struct field decisions_fields[] = {
	[D_LIMIT] = { "limit", field_limit, FIELD_QUERY, 16 },
	[D_CURSOR] = { "cursor", field_cursor, FIELD_QUERY, 32 },
	[D_WORKDIR] = { "workdir", field_workdir, FIELD_QUERY, 1024 },
	{ NULL, NULL, 0, 0 },
};

/* --- the host -----------------------------------------------------------------*/

/* A host's name is the operator's business unless they say otherwise. */
static void
put_probe(const struct app *app, struct jsonw *w, const char *key,
    const struct buf *doc)
{
	static const char	 mark[] = "\"hostname\":\"";
	const char		*p = strstr(buf_str(doc), mark), *end;
	struct buf		 b = BUF_INIT(PART_MAX);
	struct jval		*v = NULL;

	if (app->conf->redact && p != NULL) {
		p += sizeof(mark) - 1;
		end = strchr(p, '"');
		buf_add(&b, doc->data, (size_t)(p - doc->data));
		buf_adds(&b, "demo-host");
		buf_adds(&b, end);
	} else
		buf_add(&b, doc->data, doc->len);
	if (jval_parse(buf_str(&b), b.len, &v, NULL) == ERR_OK)
		jval_write(v, w, key, PART_MAX);
	jval_free(v);
	buf_clear(&b);
}

enum err
h_probe(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct hostprobe_opts	 o = HOSTPROBE_OPTS_INIT;
	struct buf		 doc = BUF_INIT(HOSTPROBE_MAX);
	struct jsonw		*w;
	enum err		 e;

	o.prefer_privileged = v[P_PRIVILEGED].num != 0;
	if (v[P_SUDO].set)
		o.use_sudo = v[P_SUDO].num != 0;
	if ((e = hostprobe_local(app->conf, &o, &doc, &c->d)) == ERR_OK) {
		w = reply_json(c->rp);
		jsonw_obj(w, NULL);
		put_probe(app, w, "probe", &doc);
		jsonw_end(w);
		c->rp->cache = CACHE_NONE;
	}
	buf_clear(&doc);
	return e;
}

/* --- selecting ----------------------------------------------------------------*/

/* One request on its way. */
struct	choice {
	char			 correlation[DECISION_CORRELATION_SIZE];
	struct select_policy	 policy;
	struct hostprobe_opts	 opts;
	struct buf		 probe;		/* the host's document */
	struct buf		 text;		/* the selection's */
	struct host		 host;
	struct selection	*sel;
	struct decision_done	 done;
	enum err		 recorded;
	struct diag		 not_recorded;
};

static void
choice_clear(struct choice *x)
{
	select_policy_clear(&x->policy);
	selection_free(x->sel);
	buf_clear(&x->probe);
	buf_clear(&x->text);
	decision_done_clear(&x->done);
}

static enum err
read_request(struct call *c, struct choice *x)
{
	const struct value	*v = c->f.v;
	struct jval		*policy = NULL, *probe = NULL;
	enum err		 e = ERR_OK;

	select_policy_init(&x->policy);
	x->opts = (struct hostprobe_opts)HOSTPROBE_OPTS_INIT;
	if (v[S_POLICY].set)
		e = jval_parse(v[S_POLICY].str, strlen(v[S_POLICY].str),
		    &policy, &c->d);
	if (e == ERR_OK && v[S_PROBE].set)
		e = jval_parse(v[S_PROBE].str, strlen(v[S_PROBE].str),
		    &probe, &c->d);
	if (e == ERR_OK)
		e = select_policy_read(policy, "policy", &x->policy, &c->d);
	if (e == ERR_OK)
		e = hostprobe_opts_read(probe, "probe", &x->opts, &c->d);
	jval_free(policy);
	jval_free(probe);
	return e;
}

static enum err
read_host(struct app *app, struct call *c, struct choice *x)
{
	struct jval	*doc = NULL;
	enum err	 e;

	if ((e = hostprobe_local(app->conf, &x->opts, &x->probe, &c->d)) ==
	    ERR_OK && (e = jval_parse(x->probe.data, x->probe.len, &doc,
	    &c->d)) == ERR_OK)
		e = hostprobe_read(doc, "host_probe", &x->host, &c->d);
	jval_free(doc);
	/* Not the request's fault. */
	return e == ERR_INVAL || e == ERR_SYNTAX ? ERR_INTERNAL : e;
}

static enum err
choose(struct app *app, struct call *c, struct choice *x)
{
	const struct value	*v = c->f.v;
	const struct select_query q = { .chain = HISTORY_CHAIN_SERVER,
		.name = v[S_NAME].str, .version = v[S_VERSION].str,
		.target_profile = v[S_TARGET].str, .limit = v[S_LIMIT].num,
		.policy = &x->policy, .host = &x->host,
		.profiles = &app->profiles };
	struct db		*db;
	struct jsonw		 w;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = db_begin_read(db)) != ERR_OK)
		return e;
	e = select_run(db, &q, &x->sel, &c->d);
	db_rollback(db);
	if (x->sel != NULL) {
		jsonw_init(&w, &x->text, JSONW_COMPACT);
		selection_json(&w, NULL, x->sel);
	}
	return e;
}

static void
record(struct app *app, struct call *c, struct choice *x, enum err e)
{
	const struct value	*v = c->f.v;
	bool			 denied = e == ERR_WRONGSTATE ||
				    e == ERR_NOTFOUND;
	struct decision	 d = { .source = DECISION_API,
		.correlation_id = x->correlation,
		.artifact_name = v[S_NAME].str,
		.requested_version = v[S_VERSION].str,
		.target_profile = v[S_TARGET].str,
		.code = e == ERR_OK ? NULL : c->d.word != NULL ? c->d.word :
		    err_code(e),
		.reason = e == ERR_OK ? NULL : denied ? c->d.msg :
		    err_text(e),
		.policy = v[S_POLICY].set ? v[S_POLICY].str : NULL,
		.probe = v[S_PROBE].set ? v[S_PROBE].str : NULL,
		.host_probe = buf_str(&x->probe),
		.selection = buf_str(&x->text), .actor = c->who.subject,
		.identity_type = principal_kind_name(c->who.kind),
		.address = c->who.address, .request_id = c->rq->id,
		.user_agent = c->rq->user_agent,
		.known = c->who.kind != PRINCIPAL_ANONYMOUS };
	struct db	*db;

	selection_decided(x->sel, e, &d);
	x->recorded = app_db(app, &db, &x->not_recorded);
	if (x->recorded == ERR_OK)
		x->recorded = decision_record(db, &d, &x->done,
		    &x->not_recorded);
	if (x->recorded == ERR_OK)
		return;
	log_event(LOG_ERROR, "decision.not_recorded",
	    LOG_S("request_id", c->rq->id),
	    LOG_S("correlation_id", x->correlation),
	    LOG_S("code", err_code(x->recorded)),
	    LOG_S("detail", x->not_recorded.msg));
}

static void
put_audit(struct jsonw *w, const struct choice *x)
{
	if (x->recorded == ERR_OK)
		decision_audit_json(w, &x->done);
	else
		decision_audit_failed_json(w, x->recorded,
		    &x->not_recorded);
}

/* What was chosen; or why nothing was, with every reason. */
static void
show(struct app *app, struct call *c, struct choice *x, enum err e)
{
	struct jsonw	*w = reply_json(c->rp);
	struct jval	*doc = NULL;

	c->rp->cache = CACHE_NONE;
	jsonw_obj(w, NULL);
	if (e != ERR_OK) {
		c->rp->status = reply_err_status(e);
		jsonw_str(w, "error", c->d.msg);
		jsonw_str(w, "code", c->d.word);
		jsonw_str_opt(w, "field", c->d.field);
		jsonw_str(w, "request_id", c->rq->id);
	}
	put_audit(w, x);
	jsonw_str(w, "correlation_id", x->correlation);
	put_probe(app, w, "host_probe", &x->probe);
	if (x->text.len > 0 && jval_parse(x->text.data, x->text.len, &doc,
	    NULL) == ERR_OK)
		jval_write(doc, w, "selection", PART_MAX);
	jval_free(doc);
	jsonw_end(w);
}

enum err
h_select(struct app *app, struct call *c)
{
	struct choice	 x = { .probe = BUF_INIT(HOSTPROBE_MAX),
			    .text = BUF_INIT(PART_MAX) };
	enum err	 e;

	decision_correlation(x.correlation);
	if ((e = read_request(c, &x)) == ERR_OK &&
	    (e = read_host(app, c, &x)) == ERR_OK) {
		e = choose(app, c, &x);
		record(app, c, &x, e);
		if (e == ERR_OK || ((e == ERR_NOTFOUND ||
		    e == ERR_WRONGSTATE) && c->d.word != NULL)) {
			show(app, c, &x, e);
			e = ERR_OK;
		}
	}
	choice_clear(&x);
	return e;
}

/* --- decisions ------------------------------------------------------------------*/

enum err
h_decisions(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	int64_t			 limit = v[D_LIMIT].set ? v[D_LIMIT].num :
				    FIELD_LIMIT_DEFAULT;
	struct decision_row	*r = NULL;
	struct jsonw		*w;
	struct jval		*doc;
	struct db		*db;
	size_t			 n = 0, shown;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_decision_list(db, "", v[D_CURSOR].num, limit + 1, &r,
	    &n)) != ERR_OK)
		return e;
	shown = n > (size_t)limit ? (size_t)limit : n;
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_arr(w, "records");
	for (size_t i = 0; i < shown; i++)
		if (jval_parse(r[i].event, strlen(r[i].event), &doc, NULL) ==
		    ERR_OK) {
			jval_write(doc, w, NULL, PART_MAX);
			jval_free(doc);
		}
	jsonw_end(w);
	if (n > shown)
		field_cursor_next(w, r[shown - 1].seq);
	jsonw_end(w);
	c->rp->cache = CACHE_PRIVATE;
	decision_rows_free(r, n);
	return ERR_OK;
}
