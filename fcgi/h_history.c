/* Finished runs: the list, a report, the evidence behind one target. */
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "handlers.h"
#include "job_json.h"
#include "paging.h"
#include "stored.h"
#include "store/store_history.h"
#include "store/store_run.h"

enum { RR_RUN_ID };

const struct field run_report_fields[] = {
	[RR_RUN_ID] = { "run_id", field_run_id, FIELD_QUERY | FIELD_REQUIRED,
	    64 },
	{ NULL, NULL, 0, 0 },
};

static void
run_record(struct jsonw *w, const struct run *r)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "schema_version", "registry.v0.1");
	jsonw_str(w, "run_id", r->run_id);
	jsonw_str(w, "started_at", r->started_at);
	jsonw_str_opt(w, "artifact_name", r->name);
	jsonw_str_opt(w, "artifact_version", r->version);
	jsonw_str_opt(w, "artifact_variant", r->variant);
	jsonw_str(w, "artifact_path", path_shown(r->path));
	jsonw_str_opt(w, "artifact_uri", r->uri);
	jsonw_str(w, "artifact_sha256", r->sha256);
	jsonw_str(w, "matrix_path", path_shown(r->matrix_path));
	jsonw_str_opt(w, "matrix_name", r->matrix_name);
	jsonw_str(w, "summary_status", r->status);
	jsonw_str(w, "json_report_path", path_shown(r->report_path));
	jsonw_str_opt(w, "markdown_path", path_shown(r->markdown_path));
	jsonw_str(w, "finished_at", r->finished_at);
	jsonw_str(w, "job_id", r->job_id);
	jsonw_int(w, "exit_code", r->exit_code);
	jsonw_int(w, "required_passed", r->required_passed);
	jsonw_int(w, "required_failed", r->required_failed);
	jsonw_int(w, "total_profiles", r->total);
	jsonw_end(w);
}

enum err
h_runs(struct app *app, struct call *c)
{
	struct page_place	 last = { "", "", 0 };
	struct paging		 p;
	struct jsonw		*w;
	struct run		*runs = NULL;
	struct db		*db;
	size_t			 n = 0, shown;
	enum err		 e;

	if ((e = paging_read(c, "runs", &p)) != ERR_OK ||
	    (e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_run_page(db, &p.page, &runs, &n)) != ERR_OK)
		return e;
	shown = paging_shown(&p, n);
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_arr(w, "records");
	for (size_t i = 0; i < shown; i++)
		run_record(w, &runs[i]);
	jsonw_end(w);
	if (shown > 0)
		paging_place(&last, runs[shown - 1].started_at,
		    runs[shown - 1].run_id, 0);
	e = paging_end(&p, shown < n, &last, w);
	jsonw_end(w);
	runs_free(runs, n);
	c->rp->cache = CACHE_PRIVATE;
	return e;
}

/* --- signed records ---------------------------------------------------------*/

/* Records go out byte for byte as they were signed. */
enum err
h_history_artifacts(struct app *app, struct call *c)
{
	struct page_place	 last = { "", "", 0 };
	struct paging		 p;
	struct history_row	*rows = NULL;
	struct jsonw		*w;
	struct db		*db;
	size_t			 n = 0, shown;
	enum err		 e;

	if ((e = paging_read(c, "artifacts", &p)) != ERR_OK ||
	    (e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_history_page(db, HISTORY_CHAIN_SERVER, &p.page, &rows,
	    &n)) != ERR_OK)
		return e;
	shown = paging_shown(&p, n);
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_arr(w, "records");
	for (size_t i = 0; i < shown; i++) {
		/* Large records make a shorter page. */
		if (i > 0 && c->rp->body.len + strlen(rows[i].line) >
		    REPLY_BODY_MAX - 4096)
			shown = i;
		else
			jsonw_raw(w, NULL, rows[i].line,
			    strlen(rows[i].line));
	}
	jsonw_end(w);
	if (shown > 0)
		paging_place(&last, rows[shown - 1].created_at,
		    rows[shown - 1].run_id, rows[shown - 1].seq);
	e = paging_end(&p, shown < n, &last, w);
	jsonw_end(w);
	history_rows_free(rows, n);
	c->rp->cache = CACHE_PRIVATE;
	return e;
}

/* --- reports ----------------------------------------------------------------*/

static enum err
find_run(struct app *app, struct call *c, const char *run_id, struct run *run)
{
	struct db	*db;
	enum err	 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK)
		return e;
	e = store_run_get(db, run_id, run);
	if (e == ERR_NOTFOUND)
		return diag_set(&c->d, e, "run_id", "no such run");
	return e;
}

/* A finished run never changes, so its digest is the ETag. */
enum err
h_run_report(struct app *app, struct call *c)
{
	struct jsonw	*w;
	struct run	 run = { 0 };
	int64_t		 size;
	enum err	 e;
	int		 fd;

	if ((e = find_run(app, c, c->f.v[RR_RUN_ID].str, &run)) != ERR_OK)
		return e;
	if ((e = report_open(app, &run, &fd, &size, &c->d)) == ERR_OK) {
		w = reply_json(c->rp);
		jsonw_obj(w, NULL);
		jsonw_str(w, "run_id", run.run_id);
		reply_json_file(c->rp, "report", fd, size);
		jsonw_end(w);
		reply_etag(c->rp, run.report_sha256);
		c->rp->cache = CACHE_PRIVATE;
	}
	run_clear(&run);
	return e;
}

/* --- evidence ----------------------------------------------------------------*/

enum { E_RUN_ID, E_PROFILE, E_FILE };

const struct field evidence_fields[] = {
	[E_RUN_ID] = { "run_id", field_run_id, FIELD_QUERY | FIELD_REQUIRED,
	    64 },
	[E_PROFILE] = { "profile", field_profile, FIELD_QUERY, 64 },
	[E_FILE] = { "file", field_text, FIELD_QUERY | FIELD_REQUIRED, 160 },
	{ NULL, NULL, 0, 0 },
};

/*
 * What of a target's folder is handed out: logs and documents, by their
 * endings.  Everything goes out as a download or as plain text: guests wrote
 * it.
 */
static const struct {
	const char	*ext, *type;
} evidence[] = {
	{ ".log", "text/plain; charset=utf-8" },
	{ ".stderr", "text/plain; charset=utf-8" },
	{ ".json", "application/octet-stream" },
	{ ".log.zst", "application/zstd" },
};

/*
 * Of the run itself: the facts of its object, what the compiler said, and
 * the objects that were compiled.
 */
static const char *
run_file_type(const char *name)
{
	static const char *const compiled[] = { "compile/x86_64/",
		"compile/arm64/" };
	size_t	 k, n = strlen(name);

	if (strcmp(name, "object.json") == 0 ||
	    strcmp(name, "prepare.json") == 0)
		return "application/octet-stream";
	for (size_t i = 0; i < sizeof(compiled) / sizeof(compiled[0]); i++) {
		k = strlen(compiled[i]);
		if (strncmp(name, compiled[i], k) == 0 &&
		    path_name_ok(name + k) && strcmp(name + n - 2, ".o") == 0)
			return "application/octet-stream";
	}
	return NULL;
}

/* The type of a file that may be handed out; NULL for any other name. */
static const char *
evidence_type(const char *name)
{
	static const char	 logs[] = "logs/";
	size_t			 n, k;

	if (strncmp(name, logs, sizeof(logs) - 1) == 0)
		name += sizeof(logs) - 1;
	if (!path_name_ok(name))
		return NULL;
	n = strlen(name);
	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		k = strlen(evidence[i].ext);
		if (n > k && strcmp(name + n - k, evidence[i].ext) == 0)
			return evidence[i].type;
	}
	return NULL;
}

/* The names are checked already; stored_open() refuses links. */
static enum err
evidence_open(const struct app *app, const struct value *v, int *fd,
    int64_t *size)
{
	char		 rel[512];
	enum err	 e;

	e = v[E_PROFILE].set ? path_join(rel, sizeof(rel), v[E_RUN_ID].str,
	    "targets", v[E_PROFILE].str, v[E_FILE].str, NULL) :
	    path_join(rel, sizeof(rel), v[E_RUN_ID].str, v[E_FILE].str, NULL);
	return e != ERR_OK ? e : stored_open(app, "runs", rel, fd, size);
}

enum err
h_evidence(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const char		*type = v[E_PROFILE].set ?
				    evidence_type(v[E_FILE].str) :
				    run_file_type(v[E_FILE].str), *slash;
	struct run		 run = { 0 };
	int64_t			 size;
	enum err		 e;
	int			 fd;

	if (type == NULL)
		return diag_set(&c->d, ERR_INVAL, "file",
		    v[E_PROFILE].set ? "file must be NAME or logs/NAME of a "
		    "log or JSON file of this target" : "without a profile "
		    "file must be object.json, prepare.json or "
		    "compile/ARCH/NAME.o of this run");
	if ((e = find_run(app, c, v[E_RUN_ID].str, &run)) != ERR_OK)
		return e;
	run_clear(&run);
	if ((e = evidence_open(app, v, &fd, &size)) != ERR_OK)
		return diag_set(&c->d, e, "file",
		    "this run has no such file%s", v[E_PROFILE].set ?
		    " for this profile" : "");
	reply_file(c->rp, fd, size);
	c->rp->type = type;
	c->rp->ranges = true;
	slash = strrchr(v[E_FILE].str, '/');
	snprintf(c->rp->filename, sizeof(c->rp->filename), "%s",
	    slash == NULL ? v[E_FILE].str : slash + 1);
	c->rp->cache = CACHE_PRIVATE;
	return ERR_OK;
}
