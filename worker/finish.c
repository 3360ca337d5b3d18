#include "worker/finish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/timefmt.h"
#include "domain/report.h"
#include "store/object.h"
#include "worker/history.h"
#include "worker/target.h"

/* Everything that is known when the last target has ended. */
struct	closing {
	struct report_run	 r;
	struct jval		**parts;
	char			 started[TIME_RFC3339_SIZE];
	char			 finished[TIME_RFC3339_SIZE];
	char			 started_ms[TIME_RFC3339_MS_SIZE];
	char			 finished_ms[TIME_RFC3339_MS_SIZE];
	char			 name[256];
	char			 object[256];
	char			 json_rel[128];
	char			 md_rel[128];
	char			 sha256[SHA256_HEX_SIZE];
	const char		*notes[1];
};

static struct jval *
read_part(const struct work *w, const char *rel)
{
	struct buf	 b = BUF_INIT(REPORT_TARGET_MAX);
	struct jval	*part = NULL;
	char		 path[PATH_MAX];

	if (rel[0] != '\0' && path_join(path, sizeof(path),
	    w->engine->workdir, rel, NULL) == ERR_OK &&
	    fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(buf_str(&b), b.len, &part, NULL) != ERR_OK)
		part = NULL;
	buf_clear(&b);
	return part;
}

/* From its row, when the part could not be written or was removed. */
static struct jval *
part_from_row(const struct job_target *row)
{
	static const char *const notes[] = { "the evidence of this target "
	    "could not be kept; the verdict is as the database has it" };
	struct report_target	 t = { 0 };
	struct class_result	 cls = { 0 };
	struct buf		 b = BUF_INIT(64 * 1024);
	struct jval		*part = NULL;

	t.profile_id = row->profile_id;
	t.required = row->required;
	t.status = report_status_parse(row->state);
	t.failed_stage = row->failed_stage;
	t.uname_release = row->kernel_release[0] != '\0' ?
	    row->kernel_release : NULL;
	t.duration_ms = row->duration_ms;
	t.infra_error = row->error;
	t.notes = notes;
	t.nnotes = 1;
	if (row->classification_code[0] != '\0') {
		cls.code = row->classification_code;
		cls.confidence = "low";
		cls.rule = "recorded";
		snprintf(cls.reason, sizeof(cls.reason), "%s",
		    row->classification_reason);
		t.cls = &cls;
	}
	if (report_target_write(&b, &t) == ERR_OK)
		(void)jval_parse(buf_str(&b), b.len, &part, NULL);
	buf_clear(&b);
	return part;
}

/* One that was to be judged when the job was canceled. */
static struct jval *
part_canceled(const struct work *w, const struct job_target *row)
{
	const struct profile	*p;
	const char		*note = row->attempts > 0 ?
				    "its guest was stopped: the job was "
				    "canceled" :
				    "not started: the job was canceled";
	struct report_target	 t = { 0 };
	struct buf		 b = BUF_INIT(64 * 1024);
	struct jval		*part = NULL;

	t.profile_id = row->profile_id;
	t.required = row->required;
	t.status = REPORT_CANCELED;
	if ((p = profile_set_find(&w->engine->profiles, row->profile_id)) !=
	    NULL) {
		t.distro = p->distro;
		t.version = p->version;
		t.kernel_family = p->kernel_family;
		t.arch = p->arch;
		t.variant = p->base[0] != '\0' ? p : NULL;
	}
	t.notes = &note;
	t.nnotes = 1;
	if (report_target_write(&b, &t) == ERR_OK)
		(void)jval_parse(buf_str(&b), b.len, &part, NULL);
	buf_clear(&b);
	return part;
}

/* The part of a target, and what its status counts as. */
static struct jval *
part_of(const struct work *w, const struct closing *c,
    const struct job_target *row, enum report_status *st)
{
	struct jval	*part;

	*st = report_status_parse(row->state);
	if (c->r.canceled && (*st == REPORT__MAX || *st == REPORT_CANCELED)) {
		*st = REPORT_CANCELED;
		return part_canceled(w, row);
	}
	part = read_part(w, row->report_path);
	return part != NULL ? part : part_from_row(row);
}

static enum err
read_parts(struct work *w, struct closing *c)
{
	struct job_target	*rows;
	enum report_status	 st;
	size_t			 n;
	enum err		 e;

	e = store_job_targets(w->engine->db, w->claim.id, &rows, &n);
	if (e != ERR_OK)
		return e;
	if ((c->parts = calloc(n, sizeof(*c->parts))) == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		c->parts[i] = part_of(w, c, &rows[i], &st);
		report_count(&c->r.summary, rows[i].required, st,
		    jval_get(c->parts[i], "expected"));
		if (c->parts[i] == NULL)
			e = ERR_NOMEM;
		c->r.ntargets = i + 1;
	}
	job_targets_free(rows, n);
	report_judge(&c->r.summary);
	c->r.targets = c->parts;
	return e;
}

/* "execsnoop.bpf.o" is execsnoop, when the caller gave no name. */
static void
default_name(const char *basename, char *out, size_t size)
{
	static const char *const ends[] = { ".bpf.o", ".o" };
	size_t	 n, len = strlen(basename);
	char	*dot;

	snprintf(out, size, "%s", basename);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(ends[i]);
		if (len > n && len < size &&
		    strcmp(basename + len - n, ends[i]) == 0) {
			out[len - n] = '\0';
			return;
		}
	}
	if ((dot = strrchr(out, '.')) != NULL && dot != out)
		*dot = '\0';
	if (out[0] == '\0')
		snprintf(out, size, "artifact");
}

/* A matrix path is shown to everybody: only its last two components. */
static const char *
short_path(const char *path)
{
	const char	*p = path + strlen(path);

	if (path[0] != '/')
		return path;
	for (int slashes = 0; p > path; p--)
		if (p[-1] == '/' && ++slashes == 2)
			break;
	return p;
}

static enum err
fill(struct work *w, struct closing *c)
{
	const struct engine	*g = w->engine;
	const struct job	*j = &w->job;
	struct report_run	*r = &c->r;
	const char		*note;
	int64_t			 started = 0, now = time_now_ms();
	enum err		 e;

	time_parse_rfc3339(j->started_at, &started);
	time_rfc3339(started, c->started);
	time_rfc3339(now, c->finished);
	time_rfc3339_ms(started, c->started_ms);
	time_rfc3339_ms(now, c->finished_ms);
	snprintf(c->json_rel, sizeof(c->json_rel), "%s/report.json",
	    w->run_rel);
	snprintf(c->md_rel, sizeof(c->md_rel), "%s/report.md", w->run_rel);
	if (j->name[0] != '\0')
		snprintf(c->name, sizeof(c->name), "%s", j->name);
	else
		default_name(j->basename, c->name, sizeof(c->name));
	if ((e = object_rel_path(j->sha256, c->object, sizeof(c->object))) !=
	    ERR_OK)
		return e;
	r->run_id = j->run_id;
	r->job_id = w->claim.id;
	r->started_at = c->started;
	r->finished_at = c->finished;
	r->duration_ms = now - started;
	r->artifact_path = c->object;
	r->artifact_basename = j->basename;
	r->artifact_sha256 = j->sha256;
	r->artifact_size = j->size;
	r->name = c->name;
	r->version_label = j->version[0] != '\0' ? j->version : j->run_id;
	r->variant = j->variant;
	r->uri = j->uri;
	r->mode = j->mode;
	r->attach_mode = j->attach_mode;
	r->validator_basename = "bpfcompat-validator";
	r->validator_sha256 = g->validator_sha256;
	r->validator_size = g->validator_size;
	r->matrix_path = short_path(j->matrix_path);
	r->matrix_name = j->matrix_name;
	if (w->inputs.has_manifest) {
		r->manifest_name = w->inputs.manifest_name;
		r->manifest_sha256 = w->inputs.manifest_sha256;
	}
	if (w->inputs.has_command) {
		r->command = w->inputs.command.text;
		r->command_timeout_ms = w->inputs.command.timeout_ms;
		r->command_expect_exit = w->inputs.command.expect_exit;
	}
	prepared_facts(w);
	r->object = w->prepared.object;
	r->compile = jval_get(w->prepared.doc, "compile");
	note = jval_get_str(w->prepared.doc, "note", "");
	if (note[0] != '\0')
		c->notes[c->r.nnotes++] = note;
	r->notes = c->notes;
	r->run_dir = w->run_rel;
	r->json_path = c->json_rel;
	r->markdown_path = c->md_rel;
	return read_parts(w, c);
}

static enum err
write_below(const struct work *w, const char *rel, const struct buf *b,
    struct diag *d)
{
	char	 path[PATH_MAX];
	enum err e;

	if ((e = buf_err(b)) != ERR_OK || (e = path_join(path, sizeof(path),
	    w->engine->workdir, rel, NULL)) != ERR_OK)
		return e;
	return fsio_write_atomic(path, b->data, b->len, FSIO_FILE_MODE, d);
}

static enum err
write_report(const struct work *w, struct closing *c, struct diag *d)
{
	struct buf	 json = BUF_INIT(REPORT_MAX), md = BUF_INIT(REPORT_MAX);
	struct jval	*doc = NULL;
	enum err	 e;

	if ((e = report_write(&json, &c->r)) != ERR_OK ||
	    (e = jval_parse(buf_str(&json), json.len, &doc, d)) != ERR_OK ||
	    (e = report_markdown(doc, &md)) != ERR_OK ||
	    (e = sha256_mem(json.data, json.len, c->sha256)) != ERR_OK ||
	    (e = write_below(w, c->json_rel, &json, d)) != ERR_OK)
		goto out;
	e = write_below(w, c->md_rel, &md, d);
out:
	jval_free(doc);
	buf_clear(&json);
	buf_clear(&md);
	return e;
}

static char *
lend(const char *s)
{
	return (char *)(uintptr_t)s;
}

static enum err
commit(struct work *w, const struct closing *c, struct diag *d)
{
	const struct report_run	*r = &c->r;
	struct history_draft	*draft;
	struct run		 row = { 0 };
	char			 text[160];
	enum err		 e;

	if ((e = history_draft_new(r, w->engine->signer, &draft)) != ERR_OK)
		return e;

	/* The row borrows: store_job_complete() copies into the database. */
	row.run_id = lend(r->run_id);
	row.job_id = lend(r->job_id);
	row.started_at = lend(c->started_ms);
	row.finished_at = lend(c->finished_ms);
	row.name = lend(r->name);
	row.version = lend(r->version_label);
	row.variant = lend(r->variant);
	row.path = lend(r->artifact_path);
	row.uri = lend(r->uri);
	row.sha256 = lend(r->artifact_sha256);
	row.matrix_path = lend(r->matrix_path);
	row.matrix_name = lend(r->matrix_name);
	row.status = lend(r->summary.status);
	row.exit_code = r->summary.exit_code;
	row.required_passed = r->summary.required_passed;
	row.required_failed = r->summary.required_failed +
	    r->summary.required_infra;
	row.total = r->summary.total;
	row.report_path = lend(r->json_path);
	row.report_sha256 = lend(c->sha256);
	row.markdown_path = lend(r->markdown_path);
	snprintf(text, sizeof(text), "Run %s: %s", r->run_id,
	    r->summary.status);
	e = store_job_complete(w->engine->db, &w->claim, &row, text,
	    history_draft_make, draft);
	if (e != ERR_OK && d != NULL && history_draft_diag(draft)->code == e)
		*d = *history_draft_diag(draft);
	history_draft_free(draft);
	return e;
}

static void
closing_free(struct closing *c)
{
	for (size_t i = 0; i < c->r.ntargets; i++)
		jval_free(c->parts[i]);
	free(c->parts);
	free(c);
}

enum err
finish_canceled(struct work *w, struct diag *d)
{
	struct closing	*c = calloc(1, sizeof(*c));
	enum err	 e;

	if (c == NULL)
		return ERR_NOMEM;
	c->r.canceled = true;
	if ((e = store_job_progress(w->engine->db, &w->claim, "write_report",
	    "Writing what was found before it was canceled", 0)) == ERR_OK &&
	    (e = fill(w, c)) == ERR_OK &&
	    (e = fsio_mkdirs(w->run_dir, d)) == ERR_OK)
		e = write_report(w, c, d);
	closing_free(c);
	return e;
}

enum err
finish_write(struct work *w, struct diag *d)
{
	struct closing	*c = calloc(1, sizeof(*c));
	enum err	 e;

	if (c == NULL)
		return ERR_NOMEM;
	if ((e = store_job_progress(w->engine->db, &w->claim, "write_report",
	    "Writing the report", 92)) == ERR_OK &&
	    (e = fill(w, c)) == ERR_OK &&
	    (e = fsio_mkdirs(w->run_dir, d)) == ERR_OK &&
	    (e = write_report(w, c, d)) == ERR_OK)
		e = commit(w, c, d);
	closing_free(c);
	return e;
}
