/* The registry's reads: projects, versions, their bytes; and the upsert. */
#include <stdio.h>
#include <string.h>

#include "audited.h"
#include "domain/registry.h"
#include "field_registry.h"
#include "handlers.h"
#include "registry_json.h"
#include "registry_verify.h"
#include "stored.h"

#define ID_MAX	128	/* read so much, to say the rule instead of a limit */
#define QUERY	(FIELD_QUERY | FIELD_REQUIRED)
#define BODY	(FIELD_QUERY | FIELD_FORM)

/* --- projects --------------------------------------------------------------*/

enum { P_TENANT, P_PROJECT, P_LIMIT, P_CURSOR };

const struct field projects_fields[] = {
	[P_TENANT] = { "tenant", field_registry_id, QUERY, ID_MAX },
	[P_PROJECT] = { "project", field_registry_id, FIELD_QUERY, ID_MAX },
	[P_LIMIT] = { "limit", field_limit, FIELD_QUERY, 16 },
	[P_CURSOR] = { "cursor", field_registry_id, FIELD_QUERY, ID_MAX },
	{ NULL, NULL, 0, 0 },
};

enum err
registry_project_known(struct app *app, struct call *c, const char *tenant,
    const char *project, struct db **db, struct registry_project *p)
{
	enum err	 e;

	if ((e = app_db(app, db, &c->d)) != ERR_OK)
		return e;
	e = store_project_get(*db, tenant, project, p);
	if (e != ERR_NOTFOUND)
		return e;
	diag_set(&c->d, e, "project", "no such project");
	diag_word(&c->d, REFUSE_PROJECT);
	return e;
}

static enum err
one_project(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct registry_project	 p;
	struct audit_event	 ev = { .action = "project_read",
		.tenant = v[P_TENANT].str, .project = v[P_PROJECT].str,
		.fold = true };
	struct jsonw		*w;
	struct db		*db;
	enum err		 e;

	if ((e = registry_project_known(app, c, v[P_TENANT].str,
	    v[P_PROJECT].str, &db, &p)) != ERR_OK)
		return e;
	if ((e = audited_allow(app, c, &ev)) == ERR_OK) {
		w = reply_json(c->rp);
		jsonw_obj(w, NULL);
		jsonw_arr(w, "projects");
		project_json(w, NULL, &p);
		jsonw_end(w);
		jsonw_end(w);
		c->rp->cache = CACHE_PRIVATE;
	}
	project_clear(&p);
	return e;
}

enum err
h_projects(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct audit_event	 ev = { .action = "project_list",
		.tenant = v[P_TENANT].str, .fold = true };
	int64_t			 limit = v[P_LIMIT].set ? v[P_LIMIT].num :
				    FIELD_LIMIT_DEFAULT;
	struct registry_project	*p = NULL;
	struct jsonw		*w;
	struct db		*db;
	size_t			 n = 0;
	enum err		 e;

	if (v[P_PROJECT].set)
		return one_project(app, c);
	/* One more than asked for tells whether there is more. */
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_project_list(db, v[P_TENANT].str, v[P_CURSOR].set ?
	    v[P_CURSOR].str : NULL, limit + 1, &p, &n)) != ERR_OK ||
	    (e = audited_allow(app, c, &ev)) != ERR_OK) {
		projects_free(p, n);
		return e;
	}
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_arr(w, "projects");
	for (size_t i = 0; i < n && i < (size_t)limit; i++)
		project_json(w, NULL, &p[i]);
	jsonw_end(w);
	if (n > (size_t)limit)
		jsonw_str(w, "next_cursor", p[limit - 1].project);
	jsonw_end(w);
	projects_free(p, n);
	c->rp->cache = CACHE_PRIVATE;
	return ERR_OK;
}

enum { U_TENANT, U_PROJECT, U_VISIBILITY, U_MATRIX };

const struct field project_put_fields[] = {
	[U_TENANT] = { "tenant", field_registry_id, BODY | FIELD_REQUIRED,
	    ID_MAX },
	[U_PROJECT] = { "project", field_registry_id, BODY | FIELD_REQUIRED,
	    ID_MAX },
	[U_VISIBILITY] = { "visibility", field_visibility, BODY, 32 },
	[U_MATRIX] = { "default_matrix_path", field_text, BODY, 512 },
	{ NULL, NULL, 0, 0 },
};

static enum err
on_record(struct db *db, void *arg)
{
	return audit_append_in(db, arg);
}

/*
 * What is left out stays as it is.  An empty text is a value: no matrix, and
 * for the visibility the private one.
 */
enum err
h_project_put(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct project_put	 put = { .tenant = v[U_TENANT].str,
		.project = v[U_PROJECT].str };
	struct audit_event	 ev = { .action = "project_upsert",
		.status = "success", .tenant = put.tenant,
		.project = put.project };
	struct registry_project	 p;
	struct jsonw		*w;
	struct db		*db;
	enum err		 e;

	if (v[U_VISIBILITY].set)
		put.visibility = v[U_VISIBILITY].str;
	else if (v[U_VISIBILITY].from_form || v[U_VISIBILITY].from_query)
		put.visibility = "private";
	if (v[U_MATRIX].set || v[U_MATRIX].from_form ||
	    v[U_MATRIX].from_query)
		put.matrix_path = v[U_MATRIX].str;
	audited_fill(c, &ev);
	ev.metadata = put.visibility == NULL ? NULL :
	    strcmp(put.visibility, "public") == 0 ?
	    "{\"visibility\":\"public\"}" : "{\"visibility\":\"private\"}";
	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_project_put(db, &put, on_record, &ev, &p)) != ERR_OK)
		return e;
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	project_json(w, "project", &p);
	jsonw_end(w);
	project_clear(&p);
	return ERR_OK;
}

/* --- versions --------------------------------------------------------------*/

enum { L_TENANT, L_PROJECT, L_NAME, L_LIMIT, L_CURSOR };

const struct field registry_list_fields[] = {
	[L_TENANT] = { "tenant", field_registry_id, QUERY, ID_MAX },
	[L_PROJECT] = { "project", field_registry_id, QUERY, ID_MAX },
	[L_NAME] = { "artifact_name", field_registry_id, FIELD_QUERY,
	    ID_MAX },
	[L_LIMIT] = { "limit", field_limit, FIELD_QUERY, 16 },
	[L_CURSOR] = { "cursor", field_cursor, FIELD_QUERY, 32 },
	{ NULL, NULL, 0, 0 },
};

static void
list_json(struct call *c, const struct registry_entry *r, size_t n,
    int64_t limit, int64_t total)
{
	struct jsonw	*w = reply_json(c->rp);
	size_t		 shown = n > (size_t)limit ? (size_t)limit : n;

	jsonw_obj(w, NULL);
	/* Byte for byte as they were signed. */
	jsonw_arr(w, "records");
	for (size_t i = 0; i < shown; i++)
		jsonw_raw(w, NULL, r[i].line, strlen(r[i].line));
	jsonw_end(w);
	jsonw_arr(w, "versions");
	for (size_t i = 0; i < shown; i++)
		version_json(w, NULL, &r[i].v, r[i].yank);
	jsonw_end(w);
	jsonw_int(w, "total", total);
	if (n > shown)
		field_cursor_next(w, r[shown - 1].seq);
	jsonw_end(w);
	c->rp->cache = CACHE_PRIVATE;
}

enum err
h_registry_list(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const char		*tenant = v[L_TENANT].str;
	const char		*project = v[L_PROJECT].str;
	const char		*name = v[L_NAME].set ? v[L_NAME].str : NULL;
	int64_t			 limit = v[L_LIMIT].set ? v[L_LIMIT].num :
				    FIELD_LIMIT_DEFAULT, total;
	struct audit_event	 ev = { .action = "artifact_list",
		.tenant = tenant, .project = project, .artifact_name = name,
		.fold = true };
	struct registry_entry	*r = NULL;
	struct db		*db;
	size_t			 n = 0;
	enum err		 e;

	if ((e = registry_project_known(app, c, tenant, project, &db,
	    NULL)) != ERR_OK ||
	    (e = store_registry_list(db, tenant, project, name,
	    v[L_CURSOR].set ? v[L_CURSOR].num : 0, limit + 1, &r, &n)) !=
	    ERR_OK)
		return e;
	if ((e = store_registry_count(db, tenant, project, name, &total)) ==
	    ERR_OK && (e = audited_allow(app, c, &ev)) == ERR_OK)
		list_json(c, r, n, limit, total);
	registry_entries_free(r, n);
	return e;
}

/* --- bytes -------------------------------------------------------------------*/

enum { D_TENANT, D_PROJECT, D_NAME, D_VERSION };

const struct field registry_download_fields[] = {
	[D_TENANT] = { "tenant", field_registry_id, QUERY, ID_MAX },
	[D_PROJECT] = { "project", field_registry_id, QUERY, ID_MAX },
	[D_NAME] = { "artifact_name", field_registry_id, QUERY, ID_MAX },
	[D_VERSION] = { "version", field_registry_id, QUERY, ID_MAX },
	{ NULL, NULL, 0, 0 },
};

static enum err
find_version(struct app *app, struct call *c, struct version_key *k,
    struct registry_version *v)
{
	struct db	*db;
	enum err	 e;

	*k = (struct version_key){ c->f.v[D_TENANT].str,
	    c->f.v[D_PROJECT].str, c->f.v[D_NAME].str,
	    c->f.v[D_VERSION].str };
	if ((e = registry_project_known(app, c, k->tenant, k->project, &db,
	    NULL)) != ERR_OK)
		return e;
	e = store_version_get(db, k, v);
	if (e != ERR_NOTFOUND)
		return e;
	diag_set(&c->d, e, "version", "no such version");
	diag_word(&c->d, REFUSE_UNKNOWN);
	return e;
}

static enum err
send_object(struct app *app, struct call *c, const char *sha256,
    const char *filename)
{
	enum err	 e = stored_object(app, c->rp, sha256, filename,
			    &c->d);

	/* The row is there, so this is damage and no wrong question. */
	if (e == ERR_NOTFOUND || e == ERR_CORRUPT) {
		e = ERR_CORRUPT;
		diag_word(&c->d, REFUSE_DAMAGED);
	}
	return e;
}

enum err
h_registry_download(struct app *app, struct call *c)
{
	struct registry_version	 v = { 0 };
	struct version_key	 k;
	struct audit_event	 ev = { .action = "artifact_download" };
	char			 filename[160], meta[128];
	enum err		 e;

	if ((e = find_version(app, c, &k, &v)) != ERR_OK)
		return e;
	snprintf(filename, sizeof(filename), "%s-%s.bpf.o", k.name,
	    k.version);
	snprintf(meta, sizeof(meta), "{\"sha256\":\"%s\","
	    "\"size_bytes\":%lld}", v.sha256, (long long)v.size);
	ev.tenant = k.tenant;
	ev.project = k.project;
	ev.artifact_name = k.name;
	ev.artifact_version = k.version;
	ev.metadata = meta;
	ev.fold = c->rq->method == METHOD_HEAD;
	if ((e = registry_proved(app, c, &k, &v)) == ERR_OK &&
	    (e = send_object(app, c, v.sha256, filename)) == ERR_OK)
		e = audited_allow(app, c, &ev);
	version_clear(&v);
	return e;
}

/* The report, or the claim in its place, as it was uploaded. */
enum err
h_registry_report(struct app *app, struct call *c)
{
	struct registry_version	 v = { 0 };
	struct version_key	 k;
	struct audit_event	 ev = { .action = "report_download",
		.fold = true };
	char			 filename[160];
	enum err		 e;

	if ((e = find_version(app, c, &k, &v)) != ERR_OK)
		return e;
	snprintf(filename, sizeof(filename), "%s-%s.json", k.name, k.version);
	ev.tenant = k.tenant;
	ev.project = k.project;
	ev.artifact_name = k.name;
	ev.artifact_version = k.version;
	if ((e = send_object(app, c, v.report_sha256, filename)) == ERR_OK)
		e = audited_allow(app, c, &ev);
	version_clear(&v);
	return e;
}
