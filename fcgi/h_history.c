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

/* What a reader has to know of a record that fails. */
static void
failed_record(struct jsonw *w, size_t index, const struct history_row *r,
    const struct history_verdict *v)
{
	jsonw_obj(w, NULL);
	jsonw_int(w, "index", (int64_t)index);
	jsonw_int(w, "seq", r->seq);
	jsonw_str(w, "run_id", r->run_id);
	jsonw_str(w, "artifact_name", r->name);
	jsonw_str(w, "artifact_version", r->version);
	jsonw_arr(w, "codes");
	for (size_t i = 0; i < v->nissues; i++)
		jsonw_str(w, NULL, history_fault_code(v->fault[i]));
	jsonw_end(w);
	jsonw_arr(w, "issues");
	for (size_t i = 0; i < v->nissues; i++)
		jsonw_str(w, NULL, v->issue[i]);
	jsonw_end(w);
	jsonw_end(w);
}

/*
 * The records of this page and the signed end of the chain, as verified
 * now: a page that was tampered with is shown, and said to be so.
 */
static enum err
verification(struct app *app, struct call *c, struct jsonw *w,
    const struct history_row *rows, size_t n)
{
	struct history_view	*view;
	struct history_verdict	 v;
	struct history_sum	 sum;
	size_t			 good = 0;
	enum err		 e;

	if ((e = app_view(app, &view, &c->d)) != ERR_OK)
		return e;
	jsonw_obj(w, "verification");
	jsonw_arr(w, "failed");
	for (size_t i = 0; i < n; i++) {
		if ((e = history_view_prove(view, app->db,
		    HISTORY_CHAIN_SERVER, &rows[i], &v)) != ERR_OK)
			return e;
		good += v.verified;
		if (!v.verified)
			failed_record(w, i, &rows[i], &v);
	}
	jsonw_end(w);
	jsonw_int(w, "checked", (int64_t)n);
	jsonw_int(w, "verified", (int64_t)good);
	if ((e = history_view_end(view, app->db, HISTORY_CHAIN_SERVER,
	    &sum)) != ERR_OK)
		return e;
	jsonw_int(w, "chain_records", sum.records);
	jsonw_bool(w, "chain_end_verified", sum.end_fault == HF_NONE);
	if (sum.end_fault != HF_NONE) {
		jsonw_str(w, "chain_end_code",
		    history_fault_code(sum.end_fault));
		jsonw_str(w, "chain_end_issue", sum.end_problem);
	}
	jsonw_end(w);
	return ERR_OK;
}

/* How many of the records fit: large ones make a shorter page. */
static size_t
write_records(struct call *c, struct jsonw *w,
    const struct history_row *rows, size_t n)
{
	size_t	 i;

	jsonw_arr(w, "records");
	for (i = 0; i < n; i++) {
		/* What failed is listed behind them. */
		if (i > 0 && c->rp->body.len + strlen(rows[i].line) >
		    REPLY_BODY_MAX - 1024 * 1024)
			break;
		jsonw_raw(w, NULL, rows[i].line, strlen(rows[i].line));
	}
	jsonw_end(w);
	return i;
}

/* Records go out byte for byte as they were signed. */
static enum err
artifacts_page(struct app *app, struct call *c, struct paging *p)
{
	struct page_place	 last = { "", "", 0 };
	struct history_row	*rows = NULL;
	struct jsonw		*w;
	size_t			 n = 0, shown;
	enum err		 e;

	if ((e = store_history_page(app->db, HISTORY_CHAIN_SERVER, &p->page,
	    &rows, &n)) != ERR_OK)
		return e;
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	shown = write_records(c, w, rows, paging_shown(p, n));
	if ((e = verification(app, c, w, rows, shown)) == ERR_OK) {
		if (shown > 0)
			paging_place(&last, rows[shown - 1].created_at,
			    rows[shown - 1].run_id, rows[shown - 1].seq);
		e = paging_end(p, shown < n, &last, w);
		jsonw_end(w);
	}
	history_rows_free(rows, n);
	return e;
}

enum err
h_history_artifacts(struct app *app, struct call *c)
{
	struct paging	 p;
	struct db	*db;
	enum err	 e;

	if ((e = paging_read(c, "artifacts", &p)) != ERR_OK ||
	    (e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = db_begin_read(db)) != ERR_OK)
		return e;
	e = artifacts_page(app, c, &p);
	db_rollback(db);
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

enum { E_RUN_ID, E_PROFILE, E_FILE, E_LOG };

const struct field evidence_fields[] = {
	[E_RUN_ID] = { "run_id", field_run_id, FIELD_QUERY | FIELD_REQUIRED,
	    64 },
	[E_PROFILE] = { "profile", field_profile, FIELD_QUERY, 64 },
	[E_FILE] = { "file", field_text, FIELD_QUERY, 160 },
	[E_LOG] = { "log_id", field_text, FIELD_QUERY, 128 },
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
evidence_open(const struct app *app, const struct value *v, const char *file,
    int *fd, int64_t *size)
{
	char		 rel[512];
	enum err	 e;

	e = v[E_PROFILE].set ? path_join(rel, sizeof(rel), v[E_RUN_ID].str,
	    "targets", v[E_PROFILE].str, file, NULL) :
	    path_join(rel, sizeof(rel), v[E_RUN_ID].str, file, NULL);
	return e != ERR_OK ? e : stored_open(app, "runs", rel, fd, size);
}

/* RUN-PROFILE-NAME, so that what lies in one folder stays apart. */
static void
evidence_name(struct reply *rp, const struct value *v, const char *file)
{
	const char	*slash = strrchr(file, '/');
	char		 name[512];

	snprintf(name, sizeof(name), "%s%s%s-%s", v[E_RUN_ID].str,
	    v[E_PROFILE].set ? "-" : "", v[E_PROFILE].str,
	    slash == NULL ? file : slash + 1);
	stored_name(rp, name);
}

/* Which file: named, or the whole verifier log with the id a report gives. */
static enum err
evidence_file(struct call *c, char *file, size_t size, const char **type)
{
	const struct value	*v = c->f.v;

	*type = NULL;
	if (v[E_LOG].set == v[E_FILE].set)
		return diag_set(&c->d, ERR_INVAL, "file", "either file or "
		    "log_id is needed");
	if (v[E_LOG].set && !v[E_PROFILE].set)
		return diag_set(&c->d, ERR_INVAL, "profile", "a log_id needs "
		    "the profile whose log it is");
	snprintf(file, size, v[E_LOG].set ? "logs/%s.log.zst" : "%s",
	    v[E_LOG].set ? v[E_LOG].str : v[E_FILE].str);
	*type = v[E_PROFILE].set ? evidence_type(file) : run_file_type(file);
	if (*type != NULL)
		return ERR_OK;
	if (v[E_LOG].set)
		return diag_set(&c->d, ERR_INVAL, "log_id", "log_id must be "
		    "one that the report gives beside a program");
	return diag_set(&c->d, ERR_INVAL, "file", v[E_PROFILE].set ?
	    "file must be NAME or logs/NAME of a log or JSON file of this "
	    "target" : "without a profile file must be object.json, "
	    "prepare.json or compile/ARCH/NAME.o of this run");
}

enum err
h_evidence(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const char		*type;
	char			 file[192];
	struct run		 run = { 0 };
	int64_t			 size;
	enum err		 e;
	int			 fd;

	if ((e = evidence_file(c, file, sizeof(file), &type)) != ERR_OK ||
	    (e = find_run(app, c, v[E_RUN_ID].str, &run)) != ERR_OK)
		return e;
	run_clear(&run);
	if ((e = evidence_open(app, v, file, &fd, &size)) != ERR_OK)
		return diag_set(&c->d, e, v[E_LOG].set ? "log_id" : "file",
		    "this run has no such file%s", v[E_PROFILE].set ?
		    " for this profile" : "");
	reply_file(c->rp, fd, size);
	c->rp->type = type;
	c->rp->ranges = true;
	evidence_name(c->rp, v, file);
	c->rp->cache = CACHE_PRIVATE;
	return ERR_OK;
}

/* --- the artifact ---------------------------------------------------------- */

enum { A_RUN_ID, A_NAME, A_VERSION };

const struct field artifact_fields[] = {
	[A_RUN_ID] = { "run_id", field_run_id, FIELD_QUERY, 64 },
	[A_NAME] = { "artifact_name", field_text, FIELD_QUERY, 256 },
	[A_VERSION] = { "artifact_version", field_text, FIELD_QUERY, 256 },
	{ NULL, NULL, 0, 0 },
};

/*
 * The object of a run, or of the newest run of a version; by digest alone
 * nothing is given out, as others may keep objects here, too.
 */
enum err
h_artifact(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	char			 name[600];
	struct run		 run = { 0 };
	struct db		*db;
	enum err		 e;

	if (v[A_RUN_ID].set)
		e = find_run(app, c, v[A_RUN_ID].str, &run);
	else if (!v[A_NAME].set || !v[A_VERSION].set)
		return diag_set(&c->d, ERR_INVAL, "run_id", "either run_id, "
		    "or artifact_name and artifact_version are needed");
	else if ((e = app_db(app, &db, &c->d)) == ERR_OK &&
	    (e = store_run_of_version(db, v[A_NAME].str, v[A_VERSION].str,
	    &run)) == ERR_NOTFOUND)
		diag_set(&c->d, e, "artifact_version", "there is no run of "
		    "this version");
	if (e != ERR_OK)
		return e;
	snprintf(name, sizeof(name), "%s-%s.bpf.o", run.name, run.version);
	e = stored_object(app, c->rp, run.sha256, name, &c->d);
	run_clear(&run);
	return e;
}
