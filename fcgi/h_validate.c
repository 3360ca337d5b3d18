/*
 * A validate request becomes a job: which kernels, how long, how many at a
 * time, and the artifact by digest.  The artifact gets its name only while
 * the job's row is being written, under the object lock, so a refused
 * request leaves neither a row nor a file.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "compile_json.h"
#include "domain/cflags.h"
#include "given.h"
#include "handlers.h"
#include "job_json.h"
#include "job_wait.h"
#include "limits.h"
#include "request_manifest.h"
#include "store/store_job.h"

#define RETRY_OWN_S	10	/* a guest takes about so long */
#define LOCK_WAIT_MS	10000	/* others hold it for one small transaction */

enum { V_ARTIFACT, V_SOURCE_FILE, V_SOURCE_CODE, V_CLANG_FLAGS,
	V_MANIFEST_FILE, V_MANIFEST_TEXT, V_PROFILES, V_REQUIRED, V_TIMEOUT,
	V_CONCURRENCY, V_MODE, V_NAME, V_VERSION, V_VARIANT, V_URI };

#define TEXT	(FIELD_QUERY | FIELD_FORM)
#define SOURCE_MAX	((size_t)256 * 1024)
#define LABEL_MAX	128	/* a name or version, as the history shows it */

const struct field validate_fields[] = {
	[V_ARTIFACT] = { "artifact_file", field_object,
	    FIELD_FORM | FIELD_FILE, 0 },
	[V_SOURCE_FILE] = { "source_file", field_any,
	    FIELD_FORM | FIELD_FILE, 0 },
	[V_SOURCE_CODE] = { "source_code", field_prose, FIELD_FORM,
	    SOURCE_MAX },
	[V_CLANG_FLAGS] = { "clang_flags", field_text, TEXT,
	    CFLAGS_TEXT_MAX },
	[V_MANIFEST_FILE] = { "manifest_file", field_any,
	    FIELD_FORM | FIELD_FILE, 0 },
	[V_MANIFEST_TEXT] = { "manifest_text", field_prose, FIELD_FORM,
	    MANIFEST_MAX },
	[V_PROFILES] = { "profiles", field_profile, FIELD_FORM | FIELD_LIST,
	    PROFILE_ID_MAX },
	[V_REQUIRED] = { "required_profiles", field_profile,
	    FIELD_FORM | FIELD_LIST, PROFILE_ID_MAX },
	[V_TIMEOUT] = { "timeout", field_timeout, TEXT, 32 },
	[V_CONCURRENCY] = { "concurrency", field_concurrency, TEXT, 16 },
	[V_MODE] = { "validation_mode", field_mode, TEXT, 32 },
	[V_NAME] = { "artifact_name", field_text, TEXT, LABEL_MAX },
	[V_VERSION] = { "artifact_version", field_text, TEXT, LABEL_MAX },
	[V_VARIANT] = { "artifact_variant", field_text, TEXT, LABEL_MAX },
	[V_URI] = { "artifact_uri", field_uri, TEXT, 2048 },
	{ NULL, NULL, 0, 0 },
};

/* What becomes a row; the strings belong to the request's fields. */
struct	plan {
	struct job_new	 job;
	struct given	 given;
	struct job_target_new targets[MATRIX_TARGETS_MAX];
	char		 name[LABEL_MAX + 1];
	char		 key[SHA256_HEX_SIZE];
	char		 caller[LIMITS_CALLER_SIZE];
	struct request_manifest manifest;
};

/* --- checks across fields ---------------------------------------------------*/

/* A source is compiled by the worker; here it is a text with a digest. */
static enum err
check_source(const struct app *app, const struct value *v, int which,
    struct diag *d)
{
	const struct value	*src = &v[which];
	const char		*name = validate_fields[which].name;
	struct cflags		 flags;
	char			 sdk[PATH_MAX];

	if (paths_sdk(app->conf, sdk, sizeof(sdk), NULL) != ERR_OK)
		return diag_set(d, ERR_UNSUPPORTED, name, "%s: this server "
		    "does not compile sources; upload a compiled object as "
		    "artifact_file", name);
	if (src->file != NULL && object_size(src->file) >
	    app->conf->max_source)
		return diag_set(d, ERR_TOOBIG, name, "%s is larger than %lld "
		    "bytes", name, (long long)app->conf->max_source);
	if (src->file != NULL && object_size(src->file) == 0)
		return diag_set(d, ERR_INVAL, name, "%s is empty", name);
	return cflags_parse(v[V_CLANG_FLAGS].str, &flags, d);
}

/* The three inputs exclude each other; *which is the one that is there. */
static enum err
check_input(const struct app *app, const struct value *v, int *which,
    struct diag *d)
{
	static const int inputs[] = { V_ARTIFACT, V_SOURCE_FILE,
		V_SOURCE_CODE };
	const char	*name;

	*which = -1;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if (!v[inputs[i]].set)
			continue;
		name = validate_fields[inputs[i]].name;
		if (*which != -1)
			return diag_set(d, ERR_INVAL, name, "give either %s "
			    "or %s, not both",
			    validate_fields[*which].name, name);
		*which = inputs[i];
	}
	if (*which == -1)
		return diag_set(d, ERR_INVAL, "artifact_file",
		    "artifact_file, source_file or source_code is required");
	if (*which != V_ARTIFACT)
		return check_source(app, v, *which, d);
	if (v[V_CLANG_FLAGS].set)
		return diag_set(d, ERR_INVAL, "clang_flags",
		    "clang_flags needs source input");
	return ERR_OK;
}

static const char *
name_or(const char *name, const char *fallback)
{
	return name[0] != '\0' ? name : fallback;
}

/* Everything the job is made of, as objects. */
static enum err
collect_given(const struct app *app, const struct value *v, int which,
    struct given *g, struct diag *d)
{
	const char	*dir = app->conf->workdir;
	enum err	 e = ERR_OK;

	if (which == V_ARTIFACT) {
		given_artifact(g, v[which].file, name_or(v[which].filename,
		    "uploaded-artifact.bpf.o"));
		return ERR_OK;
	}
	if (which == V_SOURCE_FILE)
		given_artifact(g, v[which].file, name_or(v[which].filename,
		    "uploaded-source.bpf.c"));
	else
		e = given_text(g, dir, v[which].str, "source.bpf.c", d);
	if (e != ERR_OK)
		return e;
	given_is_input(g, INPUT_SOURCE);
	if (v[V_CLANG_FLAGS].set)
		e = given_text_input(g, dir, INPUT_FLAGS,
		    v[V_CLANG_FLAGS].str, "clang_flags", d);
	return e;
}

static bool
listed(const struct value *v, const char *id)
{
	for (size_t i = 0; i < v->nlist; i++)
		if (strcmp(v->list[i], id) == 0)
			return true;
	return false;
}

static void
add_target(struct plan *p, const char *id, bool required, int64_t timeout)
{
	struct job_target_new	*t = &p->targets[p->job.ntargets++];

	t->profile_id = id;
	t->required = required;
	t->timeout_ms = timeout != 0 ? timeout : p->job.timeout_ms;
}

static bool
planned(const struct plan *p, const char *id)
{
	for (size_t i = 0; i < p->job.ntargets; i++)
		if (strcmp(p->targets[i].profile_id, id) == 0)
			return true;
	return false;
}

/*
 * Which kernels: the listed ones, or the default matrix.  With a list of
 * required ones the others are optional; without it all of a selection are
 * required, so that a selection that fails is never called a pass.
 */
static enum err
choose_targets(const struct app *app, const struct value *v, struct plan *p,
    struct diag *d)
{
	const struct value	*sel = &v[V_PROFILES], *req = &v[V_REQUIRED];
	const struct matrix	*m = &app->matrix;

	if ((int64_t)sel->nlist > app->conf->max_profiles)
		return diag_set(d, ERR_INVAL, "profiles",
		    "profiles names %zu kernels; the limit is %lld",
		    sel->nlist, (long long)app->conf->max_profiles);
	for (size_t i = 0; i < sel->nlist; i++) {
		if (profile_set_find(&app->profiles, sel->list[i]) == NULL)
			return diag_set(d, ERR_INVAL, "profiles",
			    "unknown profile id %s", sel->list[i]);
		add_target(p, sel->list[i], !req->set ||
		    listed(req, sel->list[i]), 0);
	}
	for (size_t i = 0; !sel->set && i < m->n; i++)
		add_target(p, m->target[i].profile_id, req->set ?
		    listed(req, m->target[i].profile_id) :
		    m->target[i].required, m->target[i].timeout_ms);
	for (size_t i = 0; i < req->nlist; i++)
		if (!planned(p, req->list[i]))
			return diag_set(d, ERR_INVAL, "required_profiles",
			    "required_profiles names %s, which is not among "
			    "the selected profiles", req->list[i]);
	p->job.matrix_name = sel->set ? "ui-selection" : m->name;
	p->job.matrix_path = sel->set ? "" : path_shown(m->path);
	return ERR_OK;
}

/* "execsnoop.bpf.o" to "execsnoop", for an upload without a name. */
static void
name_from_file(const char *file, char *out, size_t size)
{
	static const char *const ext[] = { ".bpf.o", ".o", ".bpf.c", ".c" };
	size_t	 n = strlen(file);

	snprintf(out, size, "%s", file);
	for (size_t i = 0; i < sizeof(ext) / sizeof(ext[0]); i++) {
		size_t	 k = strlen(ext[i]);

		if (n > k && strcmp(file + n - k, ext[i]) == 0) {
			out[n - k] = '\0';
			return;
		}
	}
	if (strrchr(out, '.') != NULL && strrchr(out, '.') != out)
		*strrchr(out, '.') = '\0';
}

/*
 * A key counts per caller: anonymous ones are told apart by address, so one
 * cannot be handed another's job by guessing a key.
 */
static enum err
idempotency(const struct call *c, struct plan *p, struct diag *d)
{
	char		 text[REQ_HEADER_MAX + 80];
	const char	*key = c->rq->idempotency_key;

	if (key[0] == '\0')
		return ERR_OK;
	for (const char *s = key; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return diag_set(d, ERR_INVAL, "Idempotency-Key",
			    "Idempotency-Key must be printable ASCII without "
			    "spaces");
	snprintf(text, sizeof(text), "%s %s", c->rq->remote, key);
	p->job.idempotency_key = p->key;
	return sha256_mem(text, strlen(text), p->key);
}

static enum err
take_manifest(const struct app *app, struct call *c, struct plan *p)
{
	const struct value	*v = c->f.v;
	struct request_manifest	*m = &p->manifest;
	enum err		 e;

	if ((e = request_manifest_read(app, &v[V_MANIFEST_FILE],
	    &v[V_MANIFEST_TEXT], m, &c->d)) != ERR_OK ||
	    (e = request_manifest_allowed(m, p->job.mode,
	    auth_may_write(app->conf, &c->who), &c->d)) != ERR_OK)
		return e;
	if (!m->set)
		return ERR_OK;
	given_file(&p->given, INPUT_MANIFEST, m->object, m->basename);
	p->job.ninputs = p->given.ninputs;
	return manifest_targets(&m->manifest, p->targets, p->job.ntargets,
	    &c->d);
}

static enum err
make_plan(const struct app *app, struct call *c, struct plan *p)
{
	const struct value	*v = c->f.v;
	enum err		 e;
	int			 which;

	if ((e = check_input(app, v, &which, &c->d)) != ERR_OK ||
	    (e = collect_given(app, v, which, &p->given, &c->d)) != ERR_OK)
		return e;
	name_from_file(name_or(v[which].filename, "artifact"), p->name,
	    sizeof(p->name));
	limits_caller(c, p->caller);
	p->job = (struct job_new){
		.origin = "api",
		.sha256 = object_sha256(p->given.object[0]),
		.size = object_size(p->given.object[0]),
		.basename = p->given.basename,
		.path = "",
		.name = v[V_NAME].set ? v[V_NAME].str : p->name,
		.version = v[V_VERSION].str,
		.variant = v[V_VARIANT].str,
		.uri = v[V_URI].str,
		.mode = v[V_MODE].str,
		.attach_mode = strcmp(v[V_MODE].str, "load_only") == 0 ?
		    "disabled" : "best-effort",
		.timeout_ms = v[V_TIMEOUT].set ? v[V_TIMEOUT].num :
		    app->conf->target_timeout,
		.concurrency = v[V_CONCURRENCY].set ? v[V_CONCURRENCY].num :
		    app->conf->concurrency,
		.fresh_boot = app->conf->vm_fresh_boot,
		.request_id = c->rq->id,
		.submitted_by = p->caller,
		.max_own = app->conf->max_own_jobs,
		.targets = p->targets,
		.inputs = p->given.input,
		.ninputs = p->given.ninputs,
	};
	if ((e = choose_targets(app, v, p, &c->d)) != ERR_OK ||
	    (e = take_manifest(app, c, p)) != ERR_OK)
		return e;
	return idempotency(c, p, &c->d);
}

/* --- queueing ----------------------------------------------------------------*/

static enum err
same_manifest(struct db *db, const struct plan *p, const char *id,
    struct diag *d)
{
	struct job_input	*rows = NULL;
	const struct job_input	*had;
	size_t			 n = 0;
	enum err		 e;

	if ((e = store_job_inputs(db, id, &rows, &n)) != ERR_OK)
		return e;
	had = job_inputs_find(rows, n, INPUT_MANIFEST);
	if ((had != NULL) != p->manifest.set || (had != NULL &&
	    strcmp(had->sha256, object_sha256(p->manifest.object)) != 0))
		e = diag_set(d, ERR_EXISTS, "Idempotency-Key",
		    "this Idempotency-Key was used with another manifest");
	job_inputs_free(rows, n);
	return e;
}

/* An earlier request with the same key must have meant the same object. */
static enum err
same_job(struct db *db, const struct plan *p, const char *id, struct diag *d)
{
	struct job	 j = { 0 };
	enum err	 e;

	if ((e = store_job_get(db, id, &j)) != ERR_OK)
		return e;
	if (strcmp(j.sha256, p->job.sha256) != 0)
		e = diag_set(d, ERR_EXISTS, "Idempotency-Key",
		    "this Idempotency-Key was used with another artifact");
	job_clear(&j);
	return e == ERR_OK ? same_manifest(db, p, id, d) : e;
}

/* With the object lock held. */
static enum err
publish_and_add(struct app *app, struct db *db, struct plan *p, char *id,
    struct diag *d)
{
	bool		 created[GIVEN_MAX];
	enum err	 e;

	if ((e = given_publish(&p->given, created, d)) != ERR_OK)
		return e == ERR_NOSPACE || e == ERR_NOMEM ? e : ERR_IO;
	e = store_job_add(db, &p->job, app->conf->max_queued_jobs, id);
	if (e != ERR_OK)
		given_unpublish(&p->given, created);
	return e;
}

/* A place is free when a job of this caller begins, whenever that is. */
static enum err
own_full(const struct app *app, struct call *c)
{
	enum err	 e = diag_set(&c->d, ERR_LIMITED, NULL,
			    "%lld jobs of this caller wait already, and no "
			    "more may; try again when one has begun",
			    (long long)app->conf->max_own_jobs);

	diag_word(&c->d, "caller_queue_full");
	c->rp->retry_after = RETRY_OWN_S;
	return e;
}

static enum err
enqueue(struct app *app, struct call *c, char id[static JOB_ID_SIZE])
{
	struct plan	*p;
	struct db	*db;
	int		 lock = -1;
	enum err	 e;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	if ((e = make_plan(app, c, p)) != ERR_OK ||
	    (e = app_db(app, &db, &c->d)) != ERR_OK)
		goto out;
	e = object_lock(app->conf->workdir, LOCK_WAIT_MS, &lock, &c->d);
	if (e != ERR_OK) {
		e = e == ERR_BUSY ? diag_set(&c->d, e, NULL,
		    "the server is busy storing uploads") : ERR_IO;
		goto out;
	}
	e = publish_and_add(app, db, p, id, &c->d);
	fsio_unlock(lock);
	if (e == ERR_EXISTS)
		e = same_job(db, p, id, &c->d);
	else if (e == ERR_FULL)
		diag_set(&c->d, e, NULL, "the validation queue is full; try "
		    "again later");
	else if (e == ERR_LIMITED)
		e = own_full(app, c);
out:
	given_clear(&p->given);
	request_manifest_clear(&p->manifest);
	free(p);
	return e;
}

enum err
h_validate_start(struct app *app, struct call *c)
{
	char		 id[JOB_ID_SIZE], url[128];
	struct jsonw	*w;
	enum err	 e;

	if ((e = enqueue(app, c, id)) != ERR_OK)
		return e;
	snprintf(url, sizeof(url), "%s/validate/status?job_id=%s", c->prefix,
	    id);
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	jsonw_str(w, "job_id", id);
	jsonw_str(w, "status_url", url);
	jsonw_end(w);
	c->rp->status = 202;
	return ERR_OK;
}

/* --- sync --------------------------------------------------------------------*/

enum err
h_validate(struct app *app, struct call *c)
{
	char		 id[JOB_ID_SIZE];
	struct job	 j = { 0 };
	enum err	 e;

	if ((e = enqueue(app, c, id)) != ERR_OK)
		return e;
	e = job_wait_end(app, c, id, &j);
	/*
	 * Nobody will read the verdict: give the VMs to others.  Not so with
	 * a key: who sends one means to come back for the same job, and
	 * another caller may have joined it by then.
	 */
	if (e == ERR_CANCELED && app->db != NULL &&
	    c->rq->idempotency_key[0] == '\0')
		store_job_cancel(app->db, id);
	if (e == ERR_UNAVAILABLE)
		return diag_set(&c->d, e, NULL, "the server is shutting "
		    "down; the job stays queued, ask for "
		    "%s/validate/status?job_id=%s", c->prefix, id);
	if (e != ERR_OK)
		return e;
	if (strcmp(j.state, "completed") == 0)
		e = job_result_json(app, &j, c->rp, &c->d);
	else if (strcmp(j.state, "canceled") == 0)
		e = diag_set(&c->d, ERR_CANCELED, NULL,
		    "the job was canceled");
	else if (strcmp(j.error_code, COMPILE_FAILED) == 0)
		compile_refusal(app, &j, c->rq->id, c->rp);
	else
		e = diag_set(&c->d, ERR_INTERNAL, NULL, "job %s failed: %s",
		    j.id, j.error);
	job_clear(&j);
	return e;
}
