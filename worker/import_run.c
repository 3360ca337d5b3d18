/* The runs of a folder that is taken over. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/timefmt.h"
#include "domain/run_record.h"
#include "store/object.h"
#include "store/store_artifact.h"
#include "store/store_import.h"
#include "worker/import.h"
#include "worker/import_file.h"

#define RUNS_FILE	"registry/runs.jsonl"
#define RUN_LINE_MAX	((size_t)256 * 1024)
#define RUN_REPORT_MAX	((size_t)64 * 1024 * 1024)
#define LOCK_WAIT_MS	10000

struct	taking {
	struct import	*im;
	int64_t		 line;
	struct jval	*doc, *report;
	struct buf	 text, markdown;	/* of the report */
	char		 report_rel[PATH_MAX], basename[256];
	struct object	*object;
	bool		 failed;
};

/* Notes what is wrong with this run; it is left out. */
static enum err
fail(struct taking *t, const char *code, const char *text)
{
	if (t->im->o->problem != NULL)
		t->im->o->problem(RUNS_FILE, t->line, code, text,
		    t->im->o->arg);
	t->failed = true;
	return ERR_OK;
}

static const char *
get(const struct taking *t, const char *key)
{
	return jval_get_str(t->doc, key, "");
}

static enum err
known_key(const char *key, const struct jval *v, void *arg)
{
	static const char *const keys[] = { "schema_version", "run_id",
		"started_at", "artifact_name", "artifact_version",
		"artifact_variant", "artifact_path", "artifact_uri",
		"artifact_sha256", "matrix_path", "matrix_name",
		"summary_status", "json_report_path", "markdown_path" };

	(void)arg;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return jval_type(v) == JVAL_STR && strlen(jval_str(v,
			    "")) <= HISTORY_TEXT_MAX ? ERR_OK : ERR_CORRUPT;
	return ERR_CORRUPT;
}

static enum err
check_line(struct taking *t)
{
	static const char *const states[] = { "pass", "fail", "error" };
	int64_t	 ms;
	bool	 state = false;

	for (size_t i = 0; i < 3; i++)
		state = state || strcmp(states[i],
		    get(t, "summary_status")) == 0;
	if (jval_each(t->doc, known_key, NULL) != ERR_OK)
		return fail(t, "run_invalid", "unknown keys, or values that "
		    "are no short texts");
	if (strcmp(get(t, "schema_version"), RUN_RECORD_SCHEMA) != 0)
		return fail(t, "run_invalid", "schema_version is not "
		    RUN_RECORD_SCHEMA);
	if (!path_name_ok(get(t, "run_id")) || strlen(get(t, "run_id")) > 64)
		return fail(t, "run_invalid", "run_id is no name of a folder");
	if (!hex_is_sha256(get(t, "artifact_sha256")) || !state ||
	    time_parse_rfc3339(get(t, "started_at"), &ms) != ERR_OK)
		return fail(t, "run_invalid", "artifact_sha256, "
		    "summary_status or started_at is not as it has to be");
	return ERR_OK;
}

/* A path as the other server named it, below its folder; NULL: elsewhere. */
static const char *
below(const struct taking *t, const char *path)
{
	size_t	 n = strlen(t->im->root);

	if (path[0] != '/')
		return path[0] == '\0' ? NULL : path;
	return strncmp(path, t->im->root, n) == 0 && path[n] == '/' ?
	    path + n + 1 : NULL;
}

static enum err
read_report(struct taking *t)
{
	const char	*rel = below(t, get(t, "json_report_path"));
	const char	*md = below(t, get(t, "markdown_path"));
	char		 own[PATH_MAX];
	enum err	 e = ERR_NOTFOUND;

	snprintf(own, sizeof(own), "runs/%s/report.json", get(t, "run_id"));
	if (rel != NULL)
		e = import_read(t->im->dir, rel, &t->text);
	if (e == ERR_NOTFOUND) {
		buf_reset(&t->text);
		e = import_read(t->im->dir, own, &t->text);
	}
	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_DENIED)
		return fail(t, "unsafe_file", "the report's path leads out of "
		    "the folder or over a link");
	if (e != ERR_OK)
		return fail(t, "report_missing", "the report is not in the "
		    "folder");
	if (jval_parse(buf_str(&t->text), t->text.len, &t->report, NULL) !=
	    ERR_OK || strcmp(jval_get_str(jval_get(t->report, "run"), "id",
	    ""), get(t, "run_id")) != 0 || strcmp(jval_get_str(jval_get(
	    t->report, "artifact"), "sha256", ""), get(t,
	    "artifact_sha256")) != 0)
		return fail(t, "report_mismatch", "the report is not that of "
		    "this run and object");
	if (md != NULL && import_read(t->im->dir, md, &t->markdown) != ERR_OK)
		buf_reset(&t->markdown);
	return ERR_OK;
}

/* --- the object ----------------------------------------------------------- */

static enum err
read_object(struct taking *t, int fd)
{
	char	 chunk[64 * 1024];
	ssize_t	 n;
	enum err e;

	if ((e = object_new(t->im->o->workdir, IMPORT_OBJECT_MAX, &t->object,
	    t->im->d)) != ERR_OK)
		return e;
	while (e == ERR_OK && (n = read(fd, chunk, sizeof(chunk))) > 0)
		e = object_add(t->object, chunk, (size_t)n, t->im->d);
	if (e == ERR_OK)
		e = object_seal(t->object, t->im->d);
	return e;
}

static enum err
find_object(struct taking *t)
{
	const char	*path = get(t, "artifact_path");
	const char	*rel = below(t, path), *slash = strrchr(path, '/');
	char		 staged[PATH_MAX];
	enum err	 e;
	int		 fd;

	snprintf(t->basename, sizeof(t->basename), "%s", slash == NULL ?
	    path : slash + 1);
	snprintf(staged, sizeof(staged), "runs/%s/input/%s",
	    get(t, "run_id"), t->basename);
	e = import_open(t->im->dir, staged, &fd);
	if (e != ERR_OK && rel != NULL)
		e = import_open(t->im->dir, rel, &fd);
	if (e != ERR_OK)
		return fail(t, e == ERR_DENIED ? "unsafe_file" :
		    "artifact_missing", "the tested object is not in the "
		    "folder");
	e = read_object(t, fd);
	close(fd);
	if (e == ERR_TOOBIG)
		return fail(t, "artifact_too_big", "the object is too large");
	if (e == ERR_OK && strcmp(object_sha256(t->object),
	    get(t, "artifact_sha256")) != 0)
		return fail(t, "artifact_mismatch", "the object there is not "
		    "the one that was tested");
	return e;
}

/* Name and row of the object, both or none. */
static enum err
keep_object(struct taking *t)
{
	struct import	*im = t->im;
	bool		 created;
	enum err	 e;
	int		 lock;

	if ((e = object_lock(im->o->workdir, LOCK_WAIT_MS, &lock, im->d)) !=
	    ERR_OK)
		return e;
	if ((e = object_publish(t->object, &created, im->d)) == ERR_OK &&
	    (e = store_artifact_add(im->o->db, object_sha256(t->object),
	    object_size(t->object))) != ERR_OK && created)
		object_unpublish(t->object);
	fsio_unlock(lock);
	return e;
}

/* --- rows and files ------------------------------------------------------- */

static enum err
keep_text(struct taking *t, const char *name, const struct buf *b)
{
	char	 path[PATH_MAX];
	enum err e;

	if ((e = path_join(path, sizeof(path), t->im->o->workdir, "runs",
	    get(t, "run_id"), NULL)) != ERR_OK ||
	    (e = fsio_mkdirs(path, t->im->d)) != ERR_OK ||
	    (e = path_join(path, sizeof(path), t->im->o->workdir, "runs",
	    get(t, "run_id"), name, NULL)) != ERR_OK)
		return e;
	return fsio_write_atomic(path, buf_str(b), b->len, FSIO_FILE_MODE,
	    t->im->d);
}

static void
count_targets(const struct jval *report, struct run *r)
{
	const struct jval	*list = jval_get(report, "targets"), *x;

	r->total = (int64_t)jval_len(list);
	for (size_t i = 0; i < jval_len(list); i++) {
		x = jval_at(list, i);
		if (!jval_get_bool(x, "required", false))
			continue;
		if (strcmp(jval_get_str(x, "status", ""), "pass") == 0)
			r->required_passed++;
		else
			r->required_failed++;
	}
}

/* The same run has the same job's id wherever it is taken over. */
static void
job_id(const char *run_id, char out[static 40])
{
	char	 sha[SHA256_HEX_SIZE];

	(void)sha256_mem(run_id, strlen(run_id), sha);
	snprintf(out, 40, "val-%.32s", sha);
}

static char *
lend(const char *s)
{
	return (char *)(uintptr_t)s;
}

static enum err
keep(struct taking *t)
{
	char		 job[40], at[TIME_RFC3339_MS_SIZE], object[128];
	char		 json[PATH_MAX], md[PATH_MAX] = "";
	char		 sha[SHA256_HEX_SIZE];
	struct run	 r = { .run_id = lend(get(t, "run_id")),
			    .job_id = job, .started_at = at,
			    .finished_at = at,
			    .name = lend(get(t, "artifact_name")),
			    .version = lend(get(t, "artifact_version")),
			    .variant = lend(get(t, "artifact_variant")),
			    .path = object,
			    .uri = lend(get(t, "artifact_uri")),
			    .sha256 = lend(get(t, "artifact_sha256")),
			    .matrix_path = lend(get(t, "matrix_name")),
			    .matrix_name = lend(get(t, "matrix_name")),
			    .status = lend(get(t, "summary_status")),
			    .report_path = json, .report_sha256 = sha,
			    .markdown_path = md };
	int64_t		 ms = 0;
	enum err	 e;

	job_id(r.run_id, job);
	(void)time_parse_rfc3339(get(t, "started_at"), &ms);
	time_rfc3339_ms(ms, at);
	r.exit_code = strcmp(r.status, "pass") == 0 ? 0 :
	    strcmp(r.status, "fail") == 0 ? 2 : 1;
	count_targets(t->report, &r);
	snprintf(json, sizeof(json), "runs/%s/report.json", r.run_id);
	if (t->markdown.len > 0)
		snprintf(md, sizeof(md), "runs/%s/report.md", r.run_id);
	if ((e = object_rel_path(r.sha256, object, sizeof(object))) !=
	    ERR_OK || (e = sha256_mem(buf_str(&t->text), t->text.len,
	    sha)) != ERR_OK || (e = keep_object(t)) != ERR_OK ||
	    (e = keep_text(t, "report.json", &t->text)) != ERR_OK ||
	    (md[0] != '\0' && (e = keep_text(t, "report.md",
	    &t->markdown)) != ERR_OK))
		return e;
	return store_import_run(t->im->o->db, &r, t->basename,
	    object_size(t->object));
}

static enum err
one_run(struct taking *t)
{
	struct run	 have = { 0 };
	enum err	 e;

	if ((e = check_line(t)) != ERR_OK || t->failed)
		return e;
	e = store_run_get(t->im->o->db, get(t, "run_id"), &have);
	if (e == ERR_OK) {
		if (strcmp(have.sha256, get(t, "artifact_sha256")) == 0 &&
		    strcmp(have.status, get(t, "summary_status")) == 0)
			t->im->sum->runs.known++;
		else
			fail(t, "run_conflict", "there is another run with "
			    "this id here");
		run_clear(&have);
		return ERR_OK;
	}
	if (e != ERR_NOTFOUND)
		return e;
	if ((e = read_report(t)) != ERR_OK || t->failed ||
	    (e = find_object(t)) != ERR_OK || t->failed)
		return e;
	if (!t->im->o->dry_run && (e = keep(t)) != ERR_OK)
		return e;
	t->im->sum->runs.imported++;
	return ERR_OK;
}

static enum err
one_line(const char *line, size_t len, int64_t no, void *arg)
{
	struct import	*im = arg;
	struct taking	 t = { .im = im, .line = no };
	enum err	 e = ERR_OK;

	im->sum->runs.read++;
	buf_init(&t.text, RUN_REPORT_MAX);
	buf_init(&t.markdown, RUN_REPORT_MAX);
	if (line == NULL)
		fail(&t, "line_too_long", "the line is longer than any run");
	else if (jval_parse(line, len, &t.doc, NULL) != ERR_OK ||
	    jval_type(t.doc) != JVAL_OBJ)
		fail(&t, "run_invalid", "the line is no JSON object");
	else
		e = one_run(&t);
	if (t.failed)
		im->sum->runs.failed++;
	jval_free(t.doc);
	jval_free(t.report);
	buf_clear(&t.text);
	buf_clear(&t.markdown);
	object_free(t.object);
	return e;
}

enum err
import_runs(struct import *im)
{
	enum err	 e;
	int		 fd;

	e = import_open(im->dir, RUNS_FILE, &fd);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK) {
		if (im->o->problem != NULL)
			im->o->problem(RUNS_FILE, 0, "unsafe_file", "it is no "
			    "file in the folder", im->o->arg);
		im->sum->runs.failed++;
		return ERR_OK;
	}
	e = import_lines(fd, RUN_LINE_MAX, one_line, im);
	close(fd);
	return e == ERR_OK || im->d->msg[0] != '\0' ? e : diag_set(im->d, e,
	    NULL, "the runs could not be taken over to the end: %s",
	    err_text(e));
}
