#include "store/store_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/hash.h"
#include "base/timefmt.h"
#include "store/store_history.h"

static void
bind_now(struct stmt *s)
{
	char	 now[TIME_RFC3339_SIZE];

	time_rfc3339(time_now_ms(), now);
	stmt_text(s, ":now", now);
}

static void
bind_key(struct stmt *s, const struct version_key *k)
{
	stmt_text(s, ":tenant", k->tenant);
	stmt_text(s, ":project", k->project);
	stmt_text(s, ":name", k->name);
	stmt_text(s, ":version", k->version);
}

static void
bind_chain(struct stmt *s, const char *tenant, const char *project)
{
	char	 chain[HISTORY_CHAIN_MAX + 1];

	snprintf(chain, sizeof(chain), "%s/%s", tenant, project);
	stmt_text(s, ":chain", chain);
}

/* Columns from "col" on into the strings; false without memory. */
static bool
read_texts(struct stmt *s, int col, char ***text, size_t n)
{
	bool	 ok = true;

	for (size_t i = 0; i < n; i++) {
		*text[i] = stmt_col_dup(s, col + (int)i);
		ok = ok && *text[i] != NULL;
	}
	return ok;
}

#define READ(s, col, ...)						\
	read_texts((s), (col), (char **[]){ __VA_ARGS__ },		\
	    sizeof((char **[]){ __VA_ARGS__ }) / sizeof(char **))

/* --- projects --------------------------------------------------------------*/

static bool
read_project(struct stmt *s, struct registry_project *p)
{
	memset(p, 0, sizeof(*p));
	return READ(s, 0, &p->tenant, &p->project, &p->visibility,
	    &p->matrix_path, &p->created_at, &p->updated_at);
}

void
project_clear(struct registry_project *p)
{
	free(p->tenant);
	free(p->project);
	free(p->visibility);
	free(p->matrix_path);
	free(p->created_at);
	free(p->updated_at);
	memset(p, 0, sizeof(*p));
}

void
projects_free(struct registry_project *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		project_clear(&p[i]);
	free(p);
}

enum err
store_project_get(struct db *db, const char *tenant, const char *project,
    struct registry_project *p)
{
	struct stmt	*s = db_stmt(db, STMT_PROJECT_GET);
	enum err	 e;

	stmt_text(s, ":tenant", tenant);
	stmt_text(s, ":project", project);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	if (p != NULL && !read_project(s, p)) {
		project_clear(p);
		e = ERR_NOMEM;
	}
	stmt_reset(s);
	return e;
}

enum err
store_project_public(struct db *db, const char *tenant, const char *project,
    bool *is_public)
{
	struct registry_project	 p;
	enum err		 e;

	*is_public = false;
	if ((e = store_project_get(db, tenant, project, &p)) != ERR_OK)
		return e;
	*is_public = strcmp(p.visibility, "public") == 0;
	project_clear(&p);
	return ERR_OK;
}

enum err
store_project_put(struct db *db, const struct project_put *put,
    registry_then_fn then, void *arg, struct registry_project *p)
{
	struct stmt	*s;
	enum err	 e;

	memset(p, 0, sizeof(*p));
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_PROJECT_PUT);
	stmt_text(s, ":tenant", put->tenant);
	stmt_text(s, ":project", put->project);
	stmt_text(s, ":visibility", put->visibility);
	stmt_text(s, ":matrix", put->matrix_path);
	bind_now(s);
	if ((e = stmt_run(s, NULL)) == ERR_OK && then != NULL)
		e = then(db, arg);
	if (e == ERR_OK)
		e = store_project_get(db, put->tenant, put->project, p);
	if ((e = db_end(db, e)) != ERR_OK)
		project_clear(p);
	return e;
}

enum err
store_project_list(struct db *db, const char *tenant, const char *after,
    int64_t limit, struct registry_project **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_PROJECT_LIST);
	void		*rows = NULL;
	size_t		 have = 0, room = 0;
	enum err	 e;

	stmt_text(s, ":tenant", tenant);
	stmt_text(s, ":after", after == NULL ? "" : after);
	stmt_int(s, ":limit", limit);
	while ((e = stmt_step(s)) == ERR_OK) {
		struct registry_project	*p;

		if ((e = grow(&rows, have, &room, sizeof(*p))) != ERR_OK)
			break;
		p = rows;
		if (!read_project(s, &p[have++])) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		projects_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

/* --- versions --------------------------------------------------------------*/

enum { V_SIZE = 12, V_LINE, V_SEQ, V_YANK };

static bool
read_version(struct stmt *s, struct registry_version *v)
{
	memset(v, 0, sizeof(*v));
	v->size = stmt_col_int(s, V_SIZE);
	return READ(s, 0, &v->name, &v->version, &v->sha256,
	    &v->report_sha256, &v->evidence, &v->record_sha256,
	    &v->uploaded_by, &v->created_at, &v->yanked_at, &v->yanked_by,
	    &v->yank_reason, &v->yank_record_sha256);
}

void
version_clear(struct registry_version *v)
{
	char	*text[] = { v->name, v->version, v->sha256, v->report_sha256,
		    v->evidence, v->record_sha256, v->uploaded_by,
		    v->created_at, v->yanked_at, v->yanked_by, v->yank_reason,
		    v->yank_record_sha256, v->line };

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		free(text[i]);
	memset(v, 0, sizeof(*v));
}

enum err
store_version_get(struct db *db, const struct version_key *k,
    struct registry_version *v)
{
	struct stmt	*s = db_stmt(db, STMT_VERSION_GET);
	enum err	 e;

	bind_key(s, k);
	bind_chain(s, k->tenant, k->project);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	if (!read_version(s, v) ||
	    (v->line = stmt_col_dup(s, V_LINE)) == NULL) {
		version_clear(v);
		e = ERR_NOMEM;
	} else
		v->seq = stmt_col_int(s, V_SEQ);
	stmt_reset(s);
	return e;
}

void
registry_entries_free(struct registry_entry *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(r[i].line);
		version_clear(&r[i].v);
	}
	free(r);
}

static bool
read_entry(struct stmt *s, struct registry_entry *r)
{
	r->seq = stmt_col_int(s, V_SEQ);
	r->yank = stmt_col_int(s, V_YANK) != 0;
	r->line = stmt_col_dup(s, V_LINE);
	return read_version(s, &r->v) && r->line != NULL;
}

enum err
store_registry_list(struct db *db, const char *tenant, const char *project,
    const char *name, int64_t before, int64_t limit,
    struct registry_entry **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, name == NULL ? STMT_REGISTRY_LIST :
			    STMT_REGISTRY_LIST_NAME);
	void		*rows = NULL;
	size_t		 have = 0, room = 0;
	enum err	 e;

	stmt_text(s, ":tenant", tenant);
	stmt_text(s, ":project", project);
	bind_chain(s, tenant, project);
	if (name != NULL)
		stmt_text(s, ":name", name);
	stmt_int(s, ":before", before > 0 ? before : INT64_MAX);
	stmt_int(s, ":limit", limit);
	while ((e = stmt_step(s)) == ERR_OK) {
		struct registry_entry	*r;

		if ((e = grow(&rows, have, &room, sizeof(*r))) != ERR_OK)
			break;
		r = rows;
		if (!read_entry(s, &r[have++])) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		registry_entries_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_registry_count(struct db *db, const char *tenant, const char *project,
    const char *name, int64_t *n)
{
	struct stmt	*s = db_stmt(db, name == NULL ? STMT_REGISTRY_COUNT :
			    STMT_REGISTRY_COUNT_NAME);
	enum err	 e;

	bind_chain(s, tenant, project);
	if (name != NULL)
		stmt_text(s, ":name", name);
	if ((e = stmt_step(s)) == ERR_OK) {
		*n = stmt_col_int(s, 0);
		stmt_reset(s);
	}
	return e;
}

/* --- requests, the API's side ----------------------------------------------*/

static const char *
text(const char *s)
{
	return s == NULL ? "" : s;
}

enum err
store_registry_ask(struct db *db, const struct registry_ask *a,
    char id[static REGISTRY_REQUEST_ID_SIZE])
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_ASK);

	memcpy(id, "reg-", 4);
	rnd_hex(16, id + 4);
	stmt_text(s, ":id", id);
	stmt_text(s, ":kind", a->kind);
	bind_key(s, &a->key);
	stmt_text(s, ":sha256", text(a->sha256));
	stmt_int(s, ":size", a->size);
	stmt_text(s, ":report", text(a->report_sha256));
	stmt_int(s, ":claim", a->claim);
	stmt_text(s, ":details", a->details == NULL ? "{}" : a->details);
	stmt_text(s, ":actor", text(a->actor));
	stmt_text(s, ":identity", text(a->identity_type));
	stmt_text(s, ":request_id", text(a->request_id));
	stmt_text(s, ":address", text(a->address));
	stmt_text(s, ":user_agent", text(a->user_agent));
	bind_now(s);
	return stmt_run(s, NULL);
}

enum err
store_registry_answer(struct db *db, const char *id,
    struct registry_answer *a)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_ANSWER);
	enum err	 e;

	memset(a, 0, sizeof(*a));
	stmt_text(s, ":id", id);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	a->repeated = stmt_col_int(s, 3) != 0;
	if (!READ(s, 0, &a->state, &a->code, &a->error)) {
		answer_clear(a);
		e = ERR_NOMEM;
	}
	stmt_reset(s);
	return e;
}

void
answer_clear(struct registry_answer *a)
{
	free(a->state);
	free(a->code);
	free(a->error);
	memset(a, 0, sizeof(*a));
}

/* One UPDATE fenced by the state. */
static enum err
settle(struct stmt *s, const char *id)
{
	int		 changes = 0;
	enum err	 e;

	stmt_text(s, ":id", id);
	bind_now(s);
	if ((e = stmt_run(s, &changes)) != ERR_OK)
		return e;
	return changes == 1 ? ERR_OK : ERR_WRONGSTATE;
}

enum err
store_registry_withdraw(struct db *db, const char *id)
{
	return settle(db_stmt(db, STMT_REGISTRY_WITHDRAW), id);
}

enum err
store_object_needed(struct db *db, const char *sha256, bool *needed)
{
	struct stmt	*s = db_stmt(db, STMT_OBJECT_NEEDED);
	enum err	 e;

	stmt_text(s, ":sha256", sha256);
	if ((e = stmt_step(s)) == ERR_OK) {
		*needed = stmt_col_int(s, 0) != 0;
		stmt_reset(s);
	}
	return e;
}

/* --- requests, the worker's side --------------------------------------------*/

enum err
store_registry_next(struct db *db, int64_t after, struct registry_request *r)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_NEXT);
	enum err	 e;

	memset(r, 0, sizeof(*r));
	stmt_int(s, ":after", after);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	r->seq = stmt_col_int(s, 0);
	r->size = stmt_col_int(s, 1);
	r->claim = stmt_col_int(s, 16) != 0;
	if (!READ(s, 2, &r->id, &r->kind, &r->tenant, &r->project, &r->name,
	    &r->version, &r->sha256, &r->report_sha256, &r->details,
	    &r->actor, &r->identity_type, &r->request_id, &r->address,
	    &r->user_agent)) {
		request_clear(r);
		e = ERR_NOMEM;
	}
	stmt_reset(s);
	return e;
}

void
request_clear(struct registry_request *r)
{
	char	*texts[] = { r->id, r->kind, r->tenant, r->project, r->name,
		    r->version, r->sha256, r->report_sha256, r->details,
		    r->actor, r->identity_type, r->request_id, r->address,
		    r->user_agent };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	memset(r, 0, sizeof(*r));
}

enum err
store_registry_sync_get(struct db *db, struct registry_sync *r)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_SYNC_GET);
	enum err	 e;

	stmt_text(s, ":tenant", r->tenant);
	stmt_text(s, ":project", r->project);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	r->seq = stmt_col_int(s, 0);
	stmt_reset(s);
	if (r->seq >= 0)
		return ERR_OK;
	r->seq = -1 - r->seq;
	return ERR_NOTFOUND;
}

enum err
store_registry_sync_put(struct db *db, const struct registry_sync *r)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_SYNC_PUT);

	stmt_text(s, ":tenant", r->tenant);
	stmt_text(s, ":project", r->project);
	stmt_int(s, ":seq", r->seq);
	return stmt_run(s, NULL);
}

enum err
store_registry_done(struct db *db, const char *id, bool repeated)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_DONE);

	stmt_int(s, ":repeated", repeated);
	return settle(s, id);
}

enum err
store_registry_refuse(struct db *db, const char *id, const char *code,
    const char *error)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_REFUSE);

	stmt_text(s, ":code", code);
	stmt_text(s, ":error", error);
	return settle(s, id);
}

enum err
store_registry_usage(struct db *db, const char *tenant, const char *project,
    const char *name, int64_t *versions, int64_t *bytes)
{
	struct stmt	*s = db_stmt(db, STMT_REGISTRY_USAGE);
	enum err	 e;

	*versions = *bytes = 0;
	stmt_text(s, ":tenant", tenant);
	stmt_text(s, ":project", project);
	stmt_text(s, ":name", name);
	if ((e = stmt_step(s)) == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	*versions = stmt_col_int(s, 0);
	*bytes = stmt_col_int(s, 1);
	stmt_reset(s);
	return ERR_OK;
}

static enum err
add_object(struct db *db, const char *sha256, int64_t size)
{
	struct stmt	*s = db_stmt(db, STMT_ARTIFACT_ADD);

	stmt_text(s, ":sha256", sha256);
	stmt_int(s, ":size", size);
	bind_now(s);
	return stmt_run(s, NULL);
}

enum err
store_version_add(struct db *db, const struct version_new *v)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = add_object(db, v->sha256, v->size)) != ERR_OK ||
	    (e = add_object(db, v->report_sha256, v->report_size)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_VERSION_ADD);
	bind_key(s, &v->key);
	stmt_text(s, ":sha256", v->sha256);
	stmt_int(s, ":size", v->size);
	stmt_text(s, ":report", v->report_sha256);
	stmt_text(s, ":evidence", v->evidence);
	stmt_text(s, ":record", v->record_sha256);
	stmt_text(s, ":actor", v->actor);
	stmt_text(s, ":created", v->created_at);
	return stmt_run(s, NULL);
}

enum err
store_version_yank(struct db *db, const struct version_key *k,
    const struct version_yank *y)
{
	struct stmt	*s = db_stmt(db, STMT_VERSION_YANK);
	int		 changes = 0;
	enum err	 e;

	bind_key(s, k);
	stmt_text(s, ":actor", y->actor);
	stmt_text(s, ":reason", y->reason);
	stmt_text(s, ":record", y->record_sha256);
	stmt_text(s, ":at", y->created_at);
	if ((e = stmt_run(s, &changes)) != ERR_OK)
		return e;
	return changes == 1 ? ERR_OK : ERR_WRONGSTATE;
}
