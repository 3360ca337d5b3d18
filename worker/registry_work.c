#include "worker/registry_work.h"

#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/log.h"
#include "store/object.h"
#include "store/store_audit.h"
#include "worker/registry_record.h"

/* Requests in one turn of the loop, so that jobs go on meanwhile. */
#define TURN_MAX	16
/* Until the next attempt after trouble of ours (signer, disk, database). */
#define PAUSE_MS	1000
#define OBJECT_LOCK_MS	5000

/* --- audit ---------------------------------------------------------------------*/

static enum err
audit(struct registry_draft *x, const char *refused, bool repeated)
{
	const struct registry_request	*r = x->r;
	struct buf			 meta = BUF_INIT(4096);
	struct jsonw			 w;
	char				 action[64];
	struct audit_event		 ev = { .actor = r->actor,
		.tenant = r->tenant, .project = r->project,
		.artifact_name = r->name, .artifact_version = r->version,
		.request_id = r->request_id, .address = r->address,
		.user_agent = r->user_agent,
		.identity_type = r->identity_type, .known = true };
	enum err			 e;

	snprintf(action, sizeof(action), "artifact_%s%s", r->kind,
	    refused == NULL ? "" : "_denied");
	ev.action = action;
	ev.status = refused == NULL ? "success" : "denied";
	jsonw_init(&w, &meta, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str_opt(&w, "sha256", r->sha256);
	jsonw_str_opt(&w, "evidence", strcmp(r->kind, "upload") == 0 &&
	    refused == NULL ? x->evidence : "");
	jsonw_str_opt(&w, "record_sha256", x->rec.record_sha256);
	jsonw_str_opt(&w, "reason", x->details.reason);
	jsonw_str_opt(&w, "deny_reason", refused);
	if (repeated)
		jsonw_bool(&w, "repeated", true);
	jsonw_end(&w);
	ev.metadata = buf_str(&meta);
	ev.message = refused == NULL ? "" : diag_text(&x->diag);
	if ((e = buf_err(&meta)) == ERR_OK)
		e = audit_append_in(x->g->db, &ev);
	buf_clear(&meta);
	return e;
}

/* --- deciding, inside the write transaction ---------------------------------------*/

/* How a request was decided. */
struct	verdict {
	const char	*refused;	/* word, or NULL */
	bool		 repeated;	/* it was so already */
};

static enum err
append(struct registry_draft *x, struct verdict *v)
{
	char		 chain[HISTORY_CHAIN_MAX + 1];
	enum err	 e;

	snprintf(chain, sizeof(chain), "%s/%s", x->r->tenant, x->r->project);
	e = store_history_append(x->g->db, chain, registry_draft_make, x);
	/* Refused before anything was written: by rule, or a broken end. */
	if (e == ERR_INVAL || e == ERR_TOOBIG)
		v->refused = REFUSE_RECORD;
	else if (e == ERR_CORRUPT)
		v->refused = REFUSE_HISTORY;
	return v->refused != NULL ? ERR_OK : e;
}

static enum err
check_quota(struct registry_draft *x, struct verdict *v)
{
	const struct registry_request	*r = x->r;
	const struct registry_limits	 max = {
		x->g->conf->registry_max_versions,
		x->g->conf->registry_max_storage };
	int64_t				 versions, bytes, ignored;
	enum err			 e;

	if ((e = store_registry_usage(x->g->db, r->tenant, r->project, r->name,
	    &versions, &ignored)) != ERR_OK ||
	    (e = store_registry_usage(x->g->db, r->tenant, r->project, "",
	    &ignored, &bytes)) != ERR_OK)
		return e;
	v->refused = registry_quota(&max, versions, bytes, r->size, &x->diag);
	return ERR_OK;
}

static enum err
upload(struct registry_draft *x, const struct version_key *k,
    struct verdict *v)
{
	const struct registry_request	*r = x->r;
	struct registry_version		 old;
	struct version_new		 new;
	enum err			 e;

	e = store_version_get(x->g->db, k, &old);
	if (e == ERR_OK) {
		v->refused = registry_same(&old, r->sha256, r->report_sha256,
		    &x->diag);
		v->repeated = v->refused == NULL;
		version_clear(&old);
		return ERR_OK;
	}
	if (e != ERR_NOTFOUND || (e = check_quota(x, v)) != ERR_OK ||
	    v->refused != NULL || (e = registry_draft_upload(x)) != ERR_OK ||
	    (e = append(x, v)) != ERR_OK || v->refused != NULL)
		return e;
	new = (struct version_new){ .key = *k, .sha256 = r->sha256,
	    .report_sha256 = r->report_sha256, .size = r->size,
	    .report_size = x->report_size, .evidence = x->evidence,
	    .record_sha256 = x->rec.record_sha256, .actor = r->actor,
	    .created_at = x->created };
	return store_version_add(x->g->db, &new);
}

static enum err
yank(struct registry_draft *x, const struct version_key *k,
    struct verdict *v)
{
	struct registry_version	 old;
	enum err		 e;

	e = store_version_get(x->g->db, k, &old);
	if (e == ERR_NOTFOUND) {
		diag_set(&x->diag, e, NULL, "no such version");
		v->refused = REFUSE_UNKNOWN;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (old.yanked_at[0] != '\0')
		v->repeated = true;
	else if ((e = registry_draft_yank(x, &old)) == ERR_OK &&
	    (e = append(x, v)) == ERR_OK && v->refused == NULL) {
		const struct version_yank y = { x->r->actor,
		    x->details.reason, x->rec.record_sha256, x->created };

		e = store_version_yank(x->g->db, k, &y);
	}
	version_clear(&old);
	return e;
}

static enum err
decide(struct registry_draft *x, struct verdict *v)
{
	const struct registry_request	*r = x->r;
	const struct version_key	 k = { r->tenant, r->project, r->name,
					    r->version };
	enum err			 e;

	if (v->refused != NULL)
		return ERR_OK;
	e = store_project_get(x->g->db, r->tenant, r->project, NULL);
	if (e == ERR_NOTFOUND) {
		diag_set(&x->diag, e, NULL, "no such project");
		v->refused = REFUSE_PROJECT;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	return strcmp(r->kind, "yank") == 0 ? yank(x, &k, v) :
	    upload(x, &k, v);
}

static enum err
settle(struct registry_draft *x, struct verdict *v)
{
	struct db	*db = x->g->db;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	if ((e = decide(x, v)) == ERR_OK)
		e = v->refused == NULL ?
		    store_registry_done(db, x->r->id, v->repeated) :
		    store_registry_refuse(db, x->r->id, v->refused,
		    diag_text(&x->diag));
	if (e == ERR_OK)
		e = audit(x, v->refused, v->repeated);
	return db_end(db, e);
}

/* --- after it --------------------------------------------------------------------*/

/* What a refused upload had stored goes, unless somebody else has it too. */
static void
drop_objects(struct engine *g, const struct registry_request *r)
{
	const char	*sha[] = { r->sha256, r->report_sha256 };
	bool		 needed;
	int		 lock;

	if (object_lock(g->workdir, OBJECT_LOCK_MS, &lock, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < sizeof(sha) / sizeof(sha[0]); i++)
		if (sha[i][0] != '\0' && store_object_needed(g->db, sha[i],
		    &needed) == ERR_OK && !needed)
			object_remove(g->workdir, sha[i]);
	fsio_unlock(lock);
}

static void
tell(const struct registry_draft *x, const struct verdict *v, enum err e)
{
	const struct registry_request	*r = x->r;

	log_event(e != ERR_OK ? LOG_ERROR : v->refused != NULL ? LOG_WARN :
	    LOG_INFO, e != ERR_OK ? "registry.failed" : "registry.decided",
	    LOG_S("request_id", r->request_id), LOG_S("id", r->id),
	    LOG_S("kind", r->kind), LOG_S("tenant", r->tenant),
	    LOG_S("project", r->project), LOG_S("name", r->name),
	    LOG_S("version", r->version), LOG_S("code", v->refused),
	    LOG_S("error", e != ERR_OK || v->refused != NULL ?
	    x->diag.msg[0] != '\0' ? x->diag.msg : err_text(e) : NULL));
}

static enum err
one(struct engine *g, const struct registry_request *r)
{
	struct registry_draft	 x;
	struct verdict		 v = { NULL, false };
	enum err		 e;

	e = registry_draft_init(&x, g, r);
	if (e == ERR_OK && strcmp(r->kind, "upload") == 0)
		v.refused = registry_draft_check(&x, &e);
	if (e == ERR_OK)
		e = settle(&x, &v);
	/* Taken back while we looked at it: nothing was written. */
	if (e == ERR_WRONGSTATE)
		e = ERR_OK;
	else
		tell(&x, &v, e);
	if (e == ERR_OK && v.refused != NULL)
		drop_objects(g, r);
	registry_draft_clear(&x);
	return e;
}

int64_t
registry_work(struct engine *g, int64_t now)
{
	struct registry_request	 r;
	int64_t			 after = 0;
	bool			 trouble = false;
	enum err		 e;

	for (int i = 0; i < TURN_MAX; i++) {
		e = store_registry_next(g->db, after, &r);
		if (e == ERR_NOTFOUND)
			return trouble ? now + PAUSE_MS : -1;
		if (e != ERR_OK)
			return now + PAUSE_MS;
		after = r.seq;
		trouble = one(g, &r) != ERR_OK || trouble;
		request_clear(&r);
	}
	return trouble ? now + PAUSE_MS : now;
}
