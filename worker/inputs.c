#include "worker/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "store/object.h"
#include "store/store_input.h"
#include "worker/work.h"

#define PLAN_MAX	((size_t)1024 * 1024)

/* Path of a stored input that still is what it was. */
static enum err
find(const struct work *w, const struct job_input *in,
    char path[static PATH_MAX], struct diag *d)
{
	char	 sha[SHA256_HEX_SIZE];
	enum err e;

	e = object_path(w->engine->workdir, in->sha256, path, PATH_MAX);
	if (e == ERR_OK)
		e = sha256_file(path, sha);
	if (e != ERR_OK)
		return diag_set(d, e, NULL, "the stored %s %s cannot be "
		    "read (%s); give it again", in->kind, in->basename,
		    err_text(e));
	if (strcmp(sha, in->sha256) != 0)
		return diag_set(d, ERR_CORRUPT, NULL, "the stored %s %s does "
		    "not have its digest any more; check the disk, then give "
		    "it again", in->kind, in->basename);
	return ERR_OK;
}

/* A copy in the run's folder, for people. */
static void
show(const struct work *w, const struct job_input *in, const char *path)
{
	char	 dir[PATH_MAX], to[PATH_MAX];

	if (!path_name_ok(in->basename) ||
	    path_join(dir, sizeof(dir), w->run_dir, "input", NULL) !=
	    ERR_OK || fsio_mkdirs(dir, NULL) != ERR_OK ||
	    path_join(to, sizeof(to), dir, in->basename, NULL) != ERR_OK ||
	    fsio_exists(to))
		return;
	if (link(path, to) == -1)
		(void)fsio_copy(path, to, FSIO_FILE_MODE, NULL);
}

static enum err
load_manifest(struct work *w, struct inputs *in, const struct job_input *row,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(MANIFEST_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = find(w, row, path, d)) == ERR_OK &&
	    (e = fsio_read(path, &b, d)) == ERR_OK)
		e = manifest_parse(row->basename, buf_str(&b), b.len,
		    &w->engine->profiles, &in->manifest, d);
	buf_clear(&b);
	if (e != ERR_OK)
		/* It was accepted once: this version knows other rules. */
		return e == ERR_SYNTAX ? ERR_INVAL : e;
	in->has_manifest = true;
	snprintf(in->manifest_sha256, sizeof(in->manifest_sha256), "%s",
	    row->sha256);
	show(w, row, path);
	in->manifest_name = strdup(row->basename);
	return in->manifest_name == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
load_command(struct work *w, struct inputs *in, const struct job_input *row,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(COMMAND_DOC_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = find(w, row, path, d)) == ERR_OK &&
	    (e = fsio_read(path, &b, d)) == ERR_OK)
		e = command_parse(buf_str(&b), b.len, &in->command, d);
	buf_clear(&b);
	in->has_command = e == ERR_OK;
	return e;
}

static const char *
last_part(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
add_file(struct inputs *in, const char *folder, const char *name,
    const char *path)
{
	struct runner_file	*f = &in->files[in->nfiles++];
	const char		*interp = in->command.interpreter;

	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->name, sizeof(f->name), "%s/%.270s", folder, name);
	f->exec = strcmp(folder, "input") != 0;
	if (strcmp(folder, "lib") == 0 && interp[0] != '\0' &&
	    strcmp(last_part(interp), name) == 0)
		snprintf(f->link, sizeof(f->link), "%s", interp);
}

static enum err
load_files(struct work *w, struct inputs *in, const struct job_input *rows,
    size_t n, struct diag *d)
{
	char	 path[PATH_MAX];
	bool	 lib;
	enum err e;

	/* One more for the artifact. */
	if ((in->files = calloc(n + 1, sizeof(*in->files))) == NULL)
		return ERR_NOMEM;
	if (in->command.artifact)
		add_file(in, "input", w->job.basename, w->artifact);
	for (size_t i = 0; i < n; i++) {
		lib = strcmp(rows[i].kind, INPUT_LIBRARY) == 0;
		if (!lib && strcmp(rows[i].kind, INPUT_FILE) != 0)
			continue;
		if ((e = find(w, &rows[i], path, d)) != ERR_OK)
			return e;
		add_file(in, lib ? "lib" : "bin", rows[i].basename, path);
	}
	return ERR_OK;
}

/* The source itself is the job's artifact, which was checked already. */
static enum err
load_source(struct work *w, struct inputs *in, const struct job_input *source,
    const struct job_input *flags, struct diag *d)
{
	struct buf	 b = BUF_INIT(CFLAGS_TEXT_MAX);
	char		 path[PATH_MAX];
	enum err	 e = ERR_OK;

	if ((in->source_name = strdup(source->basename)) == NULL)
		return ERR_NOMEM;
	if (flags != NULL && (e = find(w, flags, path, d)) == ERR_OK &&
	    (e = fsio_read(path, &b, d)) == ERR_OK)
		snprintf(in->clang_flags, sizeof(in->clang_flags), "%s",
		    buf_str(&b));
	buf_clear(&b);
	return e;
}

static enum err
write_plan(struct work *w, struct inputs *in, struct diag *d)
{
	struct buf	 b = BUF_INIT(PLAN_MAX);
	enum err	 e;

	if (in->has_command)
		e = command_plan(&in->command, &b);
	else
		e = manifest_plan(&in->manifest, w->job.mode, &b);
	if (e == ERR_OK && (e = path_join(in->plan, sizeof(in->plan),
	    w->run_dir, "plan.txt", NULL)) == ERR_OK)
		e = fsio_write_atomic(in->plan, b.data, b.len,
		    FSIO_FILE_MODE, d);
	buf_clear(&b);
	return e;
}

enum err
inputs_load(struct work *w, struct inputs *in, struct diag *d)
{
	struct job_input	*rows = NULL;
	const struct job_input	*manifest, *command, *source;
	size_t			 n = 0;
	enum err		 e;

	e = store_job_inputs(w->engine->db, w->claim.id, &rows, &n);
	if (e != ERR_OK)
		return e;
	manifest = job_inputs_find(rows, n, INPUT_MANIFEST);
	command = job_inputs_find(rows, n, INPUT_COMMAND);
	source = job_inputs_find(rows, n, INPUT_SOURCE);
	if (source != NULL)
		e = load_source(w, in, source, job_inputs_find(rows, n,
		    INPUT_FLAGS), d);
	if (e == ERR_OK && manifest != NULL)
		e = load_manifest(w, in, manifest, d);
	if (e == ERR_OK && command != NULL &&
	    (e = load_command(w, in, command, d)) == ERR_OK)
		e = load_files(w, in, rows, n, d);
	if (e == ERR_OK && (manifest != NULL || command != NULL))
		e = write_plan(w, in, d);
	job_inputs_free(rows, n);
	return e;
}

void
inputs_clear(struct inputs *in)
{
	if (in->has_manifest)
		manifest_clear(&in->manifest);
	if (in->has_command)
		command_clear(&in->command);
	free(in->manifest_name);
	free(in->source_name);
	free(in->files);
	memset(in, 0, sizeof(*in));
}
