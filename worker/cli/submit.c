#include "worker/cli/submit.h"

#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "domain/cflags.h"
#include "domain/manifest.h"
#include "worker/cli/elfdeps.h"
#include "worker/cli/parcel.h"

/* Another process may be adding an object of its own. */
#define OBJECT_LOCK_MS	10000

static const char *
last_part(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Everything between the files and the row. */
struct	order {
	struct engine		*engine;
	const struct submit	*s;
	struct parcel		 parcel;
	struct manifest		 manifest;
	bool			 has_manifest;
	struct elfdeps		 deps;
	char			*file_list;	/* s->files, cut up */
	char			*files[JOB_INPUTS_MAX];
	size_t			 nfiles;
	/* the row's artifact: what is tested */
	const char		*sha256, *basename;
	int64_t			 size;
};

/* --- inputs ----------------------------------------------------------------- */

/* The worker compiles it; until then it stands in the artifact's place. */
static enum err
take_source(struct order *ord, const struct object *o, struct diag *d)
{
	struct cflags	 flags;
	const char	*text = ord->s->clang_flags;
	enum err	 e;

	if (object_size(o) > ord->engine->conf->max_source)
		return diag_set(d, ERR_TOOBIG, "source", "%s is larger than "
		    "%lld bytes", ord->s->artifact,
		    (long long)ord->engine->conf->max_source);
	if (!path_name_ok(ord->basename))
		return diag_set(d, ERR_INVAL, "source", "the name of a source "
		    "has letters, digits, dots, dashes and underscores: %s",
		    ord->basename);
	if ((e = cflags_parse(text, &flags, d)) != ERR_OK ||
	    (e = parcel_is_input(&ord->parcel, INPUT_SOURCE, o,
	    ord->basename, d)) != ERR_OK || text[0] == '\0')
		return e;
	return parcel_add_bytes(&ord->parcel, INPUT_FLAGS, text, strlen(text),
	    INPUT_FLAGS, d);
}

static enum err
take_artifact(struct order *ord, struct diag *d)
{
	const struct object	*o = NULL;
	enum err		 e;

	if (ord->s->artifact[0] == '\0')
		return ERR_OK;
	if ((e = parcel_file(&ord->parcel, ord->s->artifact, &o, d)) != ERR_OK)
		return e;
	ord->sha256 = object_sha256(o);
	ord->size = object_size(o);
	ord->basename = last_part(ord->s->artifact);
	return ord->s->source ? take_source(ord, o, d) : ERR_OK;
}

static enum err
take_manifest(struct order *ord, struct diag *d)
{
	struct buf	 b = BUF_INIT(MANIFEST_MAX);
	const char	*path = ord->s->manifest;
	enum err	 e;

	if (path[0] == '\0')
		return ERR_OK;
	if ((e = fsio_read(path, &b, d)) == ERR_OK &&
	    (e = manifest_parse(path, buf_str(&b), b.len,
	    &ord->engine->profiles, &ord->manifest, d)) == ERR_OK) {
		ord->has_manifest = true;
		e = parcel_add_bytes(&ord->parcel, INPUT_MANIFEST, buf_str(&b),
		    b.len, last_part(path), d);
	}
	buf_clear(&b);
	return e;
}

/* A library by its name, not by what it is: programs are such files too. */
static bool
is_library(const char *path)
{
	const char	*so = strstr(last_part(path), ".so");

	return so != NULL && (so[3] == '\0' || so[3] == '.');
}

static enum err
split_files(struct order *ord, struct diag *d)
{
	char	*rest, *item;

	if ((rest = ord->file_list = strdup(ord->s->files)) == NULL)
		return ERR_NOMEM;
	while ((item = strsep(&rest, ",")) != NULL) {
		if (item[0] == '\0')
			continue;
		if (ord->nfiles == JOB_INPUTS_MAX)
			return diag_set(d, ERR_TOOBIG, "file", "at most %d "
			    "files", JOB_INPUTS_MAX);
		if (!path_name_ok(last_part(item)))
			return diag_set(d, ERR_INVAL, "file", "%s: the name "
			    "of a file must be letters, digits, \".\", \"_\" "
			    "and \"-\"", item);
		ord->files[ord->nfiles++] = item;
	}
	return ERR_OK;
}

static enum err
take_files(struct order *ord, struct diag *d)
{
	const char	*path;
	enum err	 e;

	if ((e = split_files(ord, d)) != ERR_OK || (e = elfdeps_find(
	    ord->files, ord->nfiles, &ord->deps, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < ord->nfiles && e == ERR_OK; i++) {
		path = ord->files[i];
		e = parcel_add_file(&ord->parcel, is_library(path) ?
		    INPUT_LIBRARY : INPUT_FILE, path, last_part(path), d);
	}
	for (size_t i = 0; i < ord->deps.n && e == ERR_OK; i++) {
		path = ord->deps.path[i];
		e = parcel_add_file(&ord->parcel, INPUT_LIBRARY, path,
		    last_part(path), d);
	}
	return e;
}

/*
 * The command and its files.  Without an object the first file is what is
 * tested, and without files the command itself.
 */
static enum err
take_command(struct order *ord, struct diag *d)
{
	struct command	 c;
	struct buf	 b = BUF_INIT(COMMAND_DOC_MAX);
	const struct job_input_new *first;
	size_t		 at = ord->parcel.nin;
	enum err	 e;

	if (ord->s->command == NULL)
		return ERR_OK;
	if ((e = take_files(ord, d)) != ERR_OK)
		return e;
	c = *ord->s->command;
	c.artifact = ord->basename != NULL;
	c.interpreter = ord->deps.interpreter;
	if ((e = command_check(&c, d)) == ERR_OK &&
	    (e = command_write(&c, &b)) == ERR_OK)
		e = parcel_add_bytes(&ord->parcel, INPUT_COMMAND, buf_str(&b),
		    b.len, "command.json", d);
	buf_clear(&b);
	if (e == ERR_OK && ord->basename == NULL) {
		first = &ord->parcel.in[at];
		ord->sha256 = first->sha256;
		ord->size = first->size;
		ord->basename = first->basename;
	}
	return e;
}

/* --- the row ------------------------------------------------------------------ */

static const char *
attach_mode(const struct submit *s)
{
	if (strcmp(s->mode, "load_only") == 0)
		return "disabled";
	return s->require_attach ? "required" : "best-effort";
}

static enum err
make_targets(const struct order *ord, struct job_target_new *targets,
    struct diag *d)
{
	const struct matrix	*m = ord->s->matrix;

	for (size_t i = 0; i < m->n; i++) {
		const struct matrix_target	*t = &m->target[i];

		targets[i].profile_id = t->profile_id;
		targets[i].required = t->required;
		targets[i].timeout_ms = t->timeout_ms != 0 ? t->timeout_ms :
		    ord->s->timeout_ms;
	}
	return ord->has_manifest ? manifest_targets(&ord->manifest, targets,
	    m->n, d) : ERR_OK;
}

static enum err
queue(struct order *ord, const struct job_target_new *targets, char *id,
    struct diag *d)
{
	const struct submit	*s = ord->s;
	struct job_new		 j = { .origin = "cli" };
	enum err		 e;

	j.sha256 = ord->sha256;
	j.size = ord->size;
	j.basename = ord->basename;
	j.path = s->artifact;
	j.name = s->name;
	j.version = s->version;
	j.variant = s->variant;
	j.uri = s->uri;
	j.mode = s->mode;
	j.attach_mode = attach_mode(s);
	j.matrix_name = s->matrix->name;
	j.matrix_path = s->matrix->path;
	j.timeout_ms = s->timeout_ms;
	j.concurrency = s->concurrency;
	j.fresh_boot = s->fresh_boot;
	j.request_id = j.submitted_by = "";
	j.targets = targets;
	j.ntargets = s->matrix->n;
	j.inputs = ord->parcel.in;
	j.ninputs = ord->parcel.nin;
	/* Whoever sits at this machine need not wait for the web queue. */
	e = store_job_add(ord->engine->db, &j, INT64_MAX, id);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "cannot queue the job: %s (%s)",
		    err_text(e), db_errmsg(ord->engine->db));
	return e;
}

/* Names for the objects and a row for the job, or neither. */
static enum err
store(struct order *ord, const struct job_target_new *targets, char *id,
    struct diag *d)
{
	bool		 created[JOB_INPUTS_MAX + 1];
	int		 lock = -1;
	enum err	 e;

	e = object_lock(ord->engine->workdir, OBJECT_LOCK_MS, &lock, d);
	if (e != ERR_OK)
		return e;
	e = objects_publish(ord->parcel.o, ord->parcel.n, created, d);
	if (e == ERR_OK && (e = queue(ord, targets, id, d)) != ERR_OK)
		objects_unpublish(ord->parcel.o, ord->parcel.n, created);
	fsio_unlock(lock);
	return e;
}

enum err
submit_job(struct engine *g, const struct submit *s,
    char id[static JOB_ID_SIZE], struct diag *d)
{
	struct order		 ord = { .engine = g, .s = s };
	struct job_target_new	*targets;
	enum err		 e;

	ord.parcel.workdir = g->workdir;
	ord.parcel.max = g->conf->max_artifact;
	targets = calloc(s->matrix->n, sizeof(*targets));
	if (targets == NULL)
		return ERR_NOMEM;
	if ((e = take_manifest(&ord, d)) == ERR_OK &&
	    (e = make_targets(&ord, targets, d)) == ERR_OK &&
	    (e = take_artifact(&ord, d)) == ERR_OK &&
	    (e = take_command(&ord, d)) == ERR_OK)
		e = store(&ord, targets, id, d);
	parcel_clear(&ord.parcel);
	elfdeps_clear(&ord.deps);
	if (ord.has_manifest)
		manifest_clear(&ord.manifest);
	free(ord.file_list);
	free(targets);
	return e;
}
