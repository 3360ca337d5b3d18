#include "worker/sync_work.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/log.h"
#include "domain/registry.h"
#include "store/store_audit.h"
#include "store/store_run.h"
#include "worker/registry_give.h"

/* Runs in one turn of the loop, so that jobs go on meanwhile. */
#define TURN_MAX	8
#define PAUSE_MS	5000
#define ACTOR		"auto-sync"
#define DETAILS_MAX	(16 * 1024)

struct	sync {
	struct engine	*g;
	const struct run *run;
	int64_t		 seq;	/* of the run in run_order */
};

static enum err
advance(struct db *db, void *arg)
{
	const struct sync	*y = arg;
	struct registry_sync	 s = { y->g->conf->sync_tenant,
		y->g->conf->sync_project, y->seq };

	return store_registry_sync_put(db, &s);
}

/* A run that cannot be a version is passed over, and that is on record. */
static enum err
pass_over(struct sync *y, const char *reason, const char *text)
{
	const struct conf	*c = y->g->conf;
	struct buf		 meta = BUF_INIT(1024);
	struct audit_event	 ev = { .action = "artifact_upload_denied",
		.status = "denied", .actor = ACTOR, .known = true,
		.identity_type = "local", .tenant = c->sync_tenant,
		.project = c->sync_project, .artifact_name = y->run->name,
		.artifact_version = y->run->version, .message = text };
	struct jsonw		 w;
	enum err		 e;

	jsonw_init(&w, &meta, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "deny_reason", reason);
	jsonw_str(&w, "run_id", y->run->run_id);
	jsonw_end(&w);
	ev.metadata = buf_str(&meta);
	if ((e = buf_err(&meta)) == ERR_OK &&
	    (e = db_begin(y->g->db)) == ERR_OK) {
		if ((e = audit_append_in(y->g->db, &ev)) == ERR_OK)
			e = advance(y->g->db, y);
		e = db_end(y->g->db, e);
	}
	buf_clear(&meta);
	return e;
}

static enum err
skip(struct sync *y)
{
	enum err	 e;

	if ((e = db_begin(y->g->db)) != ERR_OK)
		return e;
	return db_end(y->g->db, advance(y->g->db, y));
}

static enum err
report_object(struct sync *y, struct object **out, struct diag *d)
{
	struct buf	 b = BUF_INIT((size_t)REGISTRY_REPORT_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), y->g->workdir,
	    y->run->report_path, NULL)) == ERR_OK &&
	    (e = fsio_read(path, &b, d)) == ERR_OK &&
	    (e = object_new(y->g->workdir, REGISTRY_REPORT_MAX, out, d)) ==
	    ERR_OK && (e = object_add(*out, buf_str(&b), b.len, d)) == ERR_OK)
		e = object_seal(*out, d);
	buf_clear(&b);
	return e;
}

static enum err
size_of(const struct sync *y, int64_t *size)
{
	char		 path[PATH_MAX];
	struct stat	 st;
	enum err	 e;

	if ((e = object_path(y->g->workdir, y->run->sha256, path,
	    sizeof(path))) != ERR_OK)
		return e;
	if (stat(path, &st) == -1)
		return ERR_NOTFOUND;
	*size = st.st_size;
	return ERR_OK;
}

static enum err
offer(struct sync *y, struct object *report, int64_t size, struct diag *d)
{
	const struct conf	*c = y->g->conf;
	const struct run	*r = y->run;
	struct buf		 details = BUF_INIT(DETAILS_MAX);
	struct registry_details	 dt = { .variant = r->variant,
		.uri = r->uri, .manifest_path = "",
		.source_run_id = r->run_id, .matrix_path = "",
		.matrix_name = "", .markdown_path = "", .reason = "",
		.sync = true };
	struct registry_gift	 gift = { .workdir = y->g->workdir,
		.db = y->g->db, .objects = { report }, .nobjects = 1,
		.then = advance, .arg = y };
	char			 id[REGISTRY_REQUEST_ID_SIZE];
	enum err		 e;

	if ((e = registry_details_write(&dt, &details)) == ERR_OK) {
		gift.ask = (struct registry_ask){ .kind = "upload",
		    .key = { c->sync_tenant, c->sync_project, r->name,
		    r->version }, .sha256 = r->sha256, .size = size,
		    .report_sha256 = object_sha256(report),
		    .details = buf_str(&details), .actor = ACTOR,
		    .identity_type = "local" };
		e = registry_give(&gift, id, d);
	}
	buf_clear(&details);
	return e;
}

static enum err
one(struct sync *y, struct diag *d)
{
	const struct conf		*c = y->g->conf;
	const struct version_key	 k = { c->sync_tenant,
		c->sync_project, y->run->name, y->run->version };
	const struct project_put	 put = { k.tenant, k.project,
		c->sync_visibility, NULL };
	struct registry_version		 v;
	struct object			*report = NULL;
	int64_t				 size;
	enum err			 e;

	if (!registry_id_ok(k.name) || !registry_id_ok(k.version))
		return pass_over(y, "name_invalid", "name and version have "
		    "to match " REGISTRY_ID_RULE);
	if ((e = registry_give_project(y->g->db, &put, ACTOR, NULL)) != ERR_OK)
		return e;
	e = store_version_get(y->g->db, &k, &v);
	if (e == ERR_OK) {
		version_clear(&v);
		return skip(y);
	}
	if (e != ERR_NOTFOUND)
		return e;
	if (size_of(y, &size) != ERR_OK)
		return pass_over(y, "artifact_missing", "the tested object "
		    "is not stored any more");
	e = report_object(y, &report, d);
	if (e == ERR_NOTFOUND || e == ERR_TOOBIG)
		e = pass_over(y, "report_invalid", "the run's report is not "
		    "there, or too large for the registry");
	else if (e == ERR_OK)
		e = offer(y, report, size, d);
	object_free(report);
	return e;
}

/* Where to go on; the first time: behind the last run there is. */
static enum err
begin(struct engine *g, struct sync *y)
{
	struct registry_sync	 s = { g->conf->sync_tenant,
		g->conf->sync_project, 0 };
	enum err		 e;

	e = store_registry_sync_get(g->db, &s);
	y->seq = s.seq;
	if (e != ERR_NOTFOUND)
		return e;
	return skip(y);
}

static enum err
next(struct engine *g, bool *more, struct diag *d)
{
	struct sync	 y = { .g = g };
	struct run	*rows = NULL;
	size_t		 n = 0;
	int64_t		 last;
	enum err	 e;

	*more = false;
	if ((e = begin(g, &y)) != ERR_OK ||
	    (e = store_run_order(g->db, y.seq, 1, &rows, &n, &last)) !=
	    ERR_OK || n == 0)
		return e;
	y.run = rows;
	y.seq = last;
	e = one(&y, d);
	*more = e == ERR_OK;
	runs_free(rows, n);
	return e;
}

int64_t
sync_work(struct engine *g, int64_t now)
{
	const struct conf	*c = g->conf;
	struct diag		 d = DIAG_INIT;
	bool			 more = true;
	enum err		 e = ERR_OK;

	if (!c->sync_registry)
		return -1;
	if (!registry_id_ok(c->sync_tenant) ||
	    !registry_id_ok(c->sync_project)) {
		log_event(LOG_ERROR, "registry.sync_unset", LOG_S("detail",
		    "BPFCOMPAT_API_AUTO_SYNC_TENANT and _PROJECT have to "
		    "match " REGISTRY_ID_RULE));
		return -1;
	}
	for (int i = 0; i < TURN_MAX && e == ERR_OK && more; i++)
		e = next(g, &more, &d);
	if (e == ERR_OK)
		return more ? now : -1;
	log_event(LOG_ERROR, "registry.sync_failed", LOG_S("code",
	    err_code(e)), LOG_S("detail", diag_text(&d)));
	return now + PAUSE_MS;
}
