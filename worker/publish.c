#include "worker/publish_task.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "domain/history_view.h"
#include "domain/run_record.h"
#include "store/object.h"
#include "store/store_history.h"
#include "store/store_registry.h"

/* A line with its record, or a project's description. */
#define TEXT_MAX	((size_t)4 * 1024 * 1024)
#define KEYS_MAX	((size_t)256 * 1024)
/* What the first generation's tools leave readable, and what is private. */
#define OPEN_DIR	0755
#define OPEN_FILE	0644

void
task_note(const struct task *t, const char *rel, const char *code, int64_t line)
{
	if (t->o->note != NULL)
		t->o->note(rel, code, line, t->o->arg);
}

void
task_difference(struct task *t, const char *rel, const char *code, int64_t line)
{
	t->sum->differences++;
	task_note(t, rel, code, line);
}

/* --- whole files ---------------------------------------------------------- */

/* The folders of "rel"; "registry" of the work folder may be looked into. */
static enum err
make_parent(const struct task *t, const char *rel, struct diag *d)
{
	char	 dir[PATH_MAX], *slash;
	enum err e;

	if ((e = path_join(dir, sizeof(dir), t->o->workdir, rel, NULL)) !=
	    ERR_OK)
		return e;
	slash = strrchr(dir, '/');
	*slash = '\0';
	if (strncmp(rel, "registry/", 9) == 0 && mkdir(dir, OPEN_DIR) == -1 &&
	    errno != EEXIST)
		return diag_errno(d, "cannot create %s", dir);
	return fsio_mkdirs(dir, d);
}

/* Written when it is not there or not the same. */
enum err
task_whole_file(struct task *t, const char *rel, mode_t mode, const void *p,
    size_t len)
{
	struct buf	 have = BUF_INIT(len);
	char		 path[PATH_MAX];
	bool		 there, same;
	enum err	 e;

	if ((e = path_join(path, sizeof(path), t->o->workdir, rel, NULL)) !=
	    ERR_OK)
		return e;
	t->sum->files++;
	there = fsio_exists(path);
	same = there && fsio_read(path, &have, NULL) == ERR_OK &&
	    have.len == len && (len == 0 || memcmp(have.data, p, len) == 0);
	buf_clear(&have);
	if (same)
		return ERR_OK;
	if (t->mode == PUBLISH_CHECK) {
		task_difference(t, rel, there ? "file_differs" : "file_missing", 0);
		return ERR_OK;
	}
	if ((e = make_parent(t, rel, t->d)) != ERR_OK)
		return e;
	return fsio_write_atomic(path, p, len, mode, t->d);
}

/* A copy of a stored object, so that nobody who edits it edits the object. */
static enum err
object_copy(struct task *t, const char *rel, const char *sha256)
{
	char	 path[PATH_MAX], from[PATH_MAX], have[SHA256_HEX_SIZE];
	bool	 there;
	enum err e;

	if ((e = path_join(path, sizeof(path), t->o->workdir, rel, NULL)) !=
	    ERR_OK || (e = object_path(t->o->workdir, sha256, from,
	    sizeof(from))) != ERR_OK)
		return e;
	t->sum->files++;
	there = fsio_exists(path);
	if (there && sha256_file(path, have) == ERR_OK &&
	    strcmp(have, sha256) == 0)
		return ERR_OK;
	if (t->mode == PUBLISH_CHECK) {
		task_difference(t, rel, there ? "file_differs" : "file_missing", 0);
		return ERR_OK;
	}
	/* What was damaged or removed by hand must not stop everything else. */
	if (sha256_file(from, have) != ERR_OK || strcmp(have, sha256) != 0) {
		task_note(t, rel, "object_damaged", 0);
		return ERR_OK;
	}
	if ((e = make_parent(t, rel, t->d)) != ERR_OK)
		return e;
	return fsio_copy(from, path, FSIO_FILE_MODE, t->d);
}

/* --- lines ---------------------------------------------------------------- */

enum err
task_open_lines(struct task *t, mode_t mode)
{
	char	 path[PATH_MAX];
	enum err e;

	if ((e = path_join(path, sizeof(path), t->o->workdir, t->rel,
	    NULL)) != ERR_OK || (t->mode != PUBLISH_CHECK &&
	    (e = make_parent(t, t->rel, t->d)) != ERR_OK))
		return e;
	t->sum->files++;
	e = publish_file_open(path, mode, t->mode, t->row->bytes, &t->file,
	    t->d);
	if (e != ERR_WRONGSTATE)
		return e;
	/* Somebody has cut or removed it: all of it again. */
	task_note(t, t->rel, "file_rebuilt", 0);
	t->mode = PUBLISH_REBUILD;
	t->last = t->base;
	return publish_file_open(path, mode, t->mode, 0, &t->file, t->d);
}

enum err
task_close_lines(struct task *t)
{
	const char	*what;
	int64_t		 bytes, line;
	enum err	 e;

	if ((e = publish_file_done(t->file, &bytes, t->d)) != ERR_OK)
		return e;
	if (publish_file_aside(t->file) != NULL)
		task_note(t, t->rel, "file_set_aside", 0);
	if (t->mode == PUBLISH_CHECK) {
		what = publish_file_problem(t->file, &line);
		if (what != NULL)
			task_difference(t, t->rel, what, line);
		else if (bytes != t->row->bytes || t->last != t->row->seq)
			task_difference(t, t->rel, "cursor_differs", 0);
		return ERR_OK;
	}
	t->row->bytes = bytes;
	t->row->seq = t->last;
	return ERR_OK;
}

/* A line without its LF. */
enum err
task_put_line(struct task *t, const char *line, int64_t seq)
{
	struct buf	 b = BUF_INIT(TEXT_MAX);
	enum err	 e;

	buf_adds(&b, line);
	if ((e = buf_addc(&b, '\n')) == ERR_OK)
		e = publish_file_line(t->file, b.data, b.len, t->d);
	buf_clear(&b);
	if (e == ERR_OK)
		t->last = seq;
	return e;
}

/* --- runs ----------------------------------------------------------------- */

static enum err
put_run(struct task *t, const struct run *r)
{
	struct buf	 b = BUF_INIT(TEXT_MAX);
	char		 rel[PATH_MAX];
	enum err	 e;

	if (!path_name_ok(r->run_id))
		return diag_set(t->d, ERR_CORRUPT, NULL, "a run's id is no "
		    "name of a folder");
	snprintf(rel, sizeof(rel), "runs/%s/metadata.json", r->run_id);
	if ((e = run_record(r, JSONW_INDENT, &b)) == ERR_OK)
		e = task_whole_file(t, rel, OPEN_FILE, b.data, b.len);
	buf_reset(&b);
	if (e == ERR_OK && (e = run_record(r, JSONW_CANONICAL, &b)) == ERR_OK)
		e = publish_file_line(t->file, b.data, b.len, t->d);
	buf_clear(&b);
	return e;
}

static enum err
runs(struct task *t)
{
	struct run	*rows = NULL;
	size_t		 n = TASK_BATCH;
	int64_t		 last;
	enum err	 e;

	snprintf(t->rel, sizeof(t->rel), "registry/runs.jsonl");
	if ((e = task_open_lines(t, OPEN_FILE)) != ERR_OK)
		return e;
	while (e == ERR_OK && n > 0 && t->last < t->until) {
		n = (size_t)(t->until - t->last < TASK_BATCH ?
		    t->until - t->last : TASK_BATCH);
		if ((e = store_run_order(t->o->db, t->last, (int64_t)n, &rows,
		    &n, &last)) != ERR_OK)
			return e;
		for (size_t i = 0; i < n && e == ERR_OK; i++)
			e = put_run(t, &rows[i]);
		runs_free(rows, n);
		t->last = last;
	}
	return e == ERR_OK ? task_close_lines(t) : e;
}

/* --- projects ------------------------------------------------------------- */

static enum err
project_of(struct task *t)
{
	const char	*slash = strchr(t->rest, '/');
	size_t		 n = slash == NULL ? 0 : (size_t)(slash - t->rest);

	if (slash == NULL || n > REGISTRY_ID_MAX)
		return ERR_CORRUPT;
	memcpy(t->tenant, t->rest, n);
	t->tenant[n] = '\0';
	snprintf(t->project, sizeof(t->project), "%s", slash + 1);
	return registry_id_ok(t->tenant) && registry_id_ok(t->project) &&
	    strcmp(t->project, slash + 1) == 0 ? ERR_OK : ERR_CORRUPT;
}

static void
project_path(const struct task *t, const char *name, char *out, size_t size)
{
	snprintf(out, size, "cloud-registry/tenants/%s/projects/%s/%s",
	    t->tenant, t->project, name);
}

/* So that a project's folder verifies by itself, as it did before. */
static enum err
project_keys(struct task *t)
{
	static const char *const names[] = {
		HISTORY_PUBLIC_FILE, HISTORY_TRUSTED_FILE };
	struct buf	 b = BUF_INIT(KEYS_MAX);
	char		 from[PATH_MAX], name[64], rel[PATH_MAX];
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < 2 && e == ERR_OK; i++) {
		buf_reset(&b);
		if ((e = path_join(from, sizeof(from), t->o->workdir, "keys",
		    names[i], NULL)) != ERR_OK || !fsio_exists(from))
			continue;
		snprintf(name, sizeof(name), "keys/%s", names[i]);
		project_path(t, name, rel, sizeof(rel));
		if ((e = fsio_read(from, &b, t->d)) == ERR_OK)
			e = task_whole_file(t, rel, OPEN_FILE, buf_str(&b), b.len);
	}
	buf_clear(&b);
	return e;
}

static enum err
project(struct task *t)
{
	struct registry_project	 p;
	struct buf		 b = BUF_INIT(TEXT_MAX);
	struct jsonw		 w;
	char			 rel[PATH_MAX];
	enum err		 e;

	if ((e = project_of(t)) != ERR_OK || (e = store_project_get(t->o->db,
	    t->tenant, t->project, &p)) != ERR_OK)
		return e;
	jsonw_init(&w, &b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", REGISTRY_PROJECT_SCHEMA);
	jsonw_str(&w, "tenant", p.tenant);
	jsonw_str(&w, "project", p.project);
	jsonw_str(&w, "visibility", p.visibility);
	jsonw_str_opt(&w, "default_matrix_path", p.matrix_path);
	jsonw_str(&w, "created_at", p.created_at);
	jsonw_str(&w, "updated_at", p.updated_at);
	jsonw_end(&w);
	buf_addc(&b, '\n');
	project_clear(&p);
	project_path(t, "project.json", rel, sizeof(rel));
	if ((e = buf_err(&b)) == ERR_OK && (e = task_whole_file(t, rel,
	    FSIO_FILE_MODE, b.data, b.len)) == ERR_OK)
		e = project_keys(t);
	buf_clear(&b);
	return e;
}

/* The public key file, as the signer writes it for a key of the ring. */
struct	key_file {
	struct buf	 have;
	bool		 ours;
};

static enum err
is_key_file(const struct key_row *row, void *arg)
{
	struct key_file	*k = arg;
	char		 line[128];

	snprintf(line, sizeof(line), "%s %s\n", row->key_id,
	    row->public_key);
	k->ours = k->ours || strcmp(line, buf_str(&k->have)) == 0;
	return ERR_OK;
}

/* With a signer elsewhere there is none, and before the first record. */
static enum err
check_key_file(struct task *t)
{
	static const char	 rel[] = "keys/" HISTORY_PUBLIC_FILE;
	struct key_file		 k = { BUF_INIT(KEYS_MAX), false };
	struct keys_end		 end;
	char			 path[PATH_MAX];
	enum err		 e;

	if ((e = path_join(path, sizeof(path), t->o->workdir, rel, NULL)) !=
	    ERR_OK || (e = store_keys_end(t->o->db, &end)) != ERR_OK ||
	    end.seq == 0 || !fsio_exists(path))
		return e;
	t->sum->files++;
	if ((e = fsio_read(path, &k.have, t->d)) == ERR_OK &&
	    (e = store_keys_each(t->o->db, is_key_file, &k)) == ERR_OK &&
	    !k.ours)
		task_difference(t, rel, "file_differs", 0);
	buf_clear(&k.have);
	return e;
}

/* --- history -------------------------------------------------------------- */

/* Object and report come before the line that names them. */
static enum err
version_files(struct task *t, const struct history_row *row)
{
	struct version_key	 k = { t->tenant, t->project, row->name,
				    row->version };
	struct outbox_version	 v;
	char			 rel[PATH_MAX];
	enum err		 e;

	e = store_outbox_version(t->o->db, &k, row->record_sha256, &v);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if ((e = registry_artifact_path(&k, v.sha256, rel, sizeof(rel))) ==
	    ERR_OK && (e = object_copy(t, rel, v.sha256)) == ERR_OK &&
	    (e = registry_report_path(&k, v.report_sha256, rel,
	    sizeof(rel))) == ERR_OK)
		e = object_copy(t, rel, v.report_sha256);
	outbox_version_clear(&v);
	return e;
}

static enum err
put_record(const struct history_row *row, void *arg)
{
	struct task	*t = arg;
	enum err	 e;

	if (t->tenant[0] != '\0' && (e = version_files(t, row)) != ERR_OK)
		return e;
	return task_put_line(t, row->line, row->seq);
}

static enum err
chain(struct task *t)
{
	bool	 own = t->rest[0] == '\0';
	enum err e;

	if (own)
		snprintf(t->rel, sizeof(t->rel),
		    "registry/artifact_versions.jsonl");
	else if ((e = project_of(t)) != ERR_OK)
		return e;
	else
		project_path(t, "registry/artifact_versions.jsonl", t->rel,
		    sizeof(t->rel));
	if ((e = task_open_lines(t, own ? OPEN_FILE : FSIO_FILE_MODE)) == ERR_OK &&
	    (e = store_history_each(t->o->db, t->rest, t->last + 1, t->until,
	    put_record, t)) == ERR_OK)
		e = task_close_lines(t);
	return e;
}

/* --- all streams ---------------------------------------------------------- */

/* In this order: a run is there before the record that names it. */
enum { K_RUNS, K_PROJECT, K_CHAIN, K_DECISIONS, K_AUDIT, KINDS };

static const struct {
	const char	*prefix;
	enum err	(*run)(struct task *);
} kinds[KINDS] = {
	[K_RUNS] = { "runs", runs },
	[K_PROJECT] = { "project:", project },
	[K_CHAIN] = { "chain:", chain },
	[K_DECISIONS] = { "decisions:", task_decisions },
	[K_AUDIT] = { "audit", task_audit },
};

static bool
is_kind(const char *stream, size_t kind)
{
	const char	*prefix = kinds[kind].prefix;
	size_t		 n = strlen(prefix);

	return strncmp(stream, prefix, n) == 0 &&
	    (prefix[n - 1] == ':' || stream[n] == '\0');
}

/* Nobody would publish it, so nobody would miss it either. */
static void
check_stream(struct task *t)
{
	const struct outbox_row	*r = t->row;
	bool			 known = false;

	for (size_t k = 0; k < KINDS; k++)
		known = known || is_kind(r->stream, k);
	if (!known)
		task_difference(t, r->stream, "stream_unknown", 0);
	else if (r->published > r->changed || (is_kind(r->stream, K_PROJECT) &&
	    (r->seq != 0 || r->bytes != 0)))
		task_difference(t, r->stream, "cursor_differs", 0);
}

static enum err
one_stream(struct task *t, size_t kind)
{
	const struct publish_opts	*o = t->o;
	enum err			 e;

	t->mode = o->mode;
	t->rest = t->row->stream + strlen(kinds[kind].prefix);
	t->last = o->mode == PUBLISH_APPEND ? t->row->seq : 0;
	/* A file with a mark may be behind, any other one has every row. */
	t->until = o->mode == PUBLISH_CHECK &&
	    t->row->changed > t->row->published ? t->row->seq : INT64_MAX;
	t->sum->streams++;
	e = kinds[kind].run(t);
	publish_file_free(t->file);
	t->file = NULL;
	t->tenant[0] = '\0';
	t->base = 0;
	if (e == ERR_OK && o->mode != PUBLISH_CHECK)
		e = store_outbox_done(o->db, t->row);
	if (e != ERR_OK && (t->d->code == ERR_OK || t->d->msg[0] == '\0'))
		diag_set(t->d, e, NULL, "publishing \"%s\": %s",
		    t->row->stream, err_text(e));
	return e;
}

/* One stream in trouble does not stop the others; the first error counts. */
static enum err
all_streams(const struct publish_opts *o, struct outbox_row *rows, size_t n,
    struct publish_sum *sum, struct diag *d)
{
	struct diag	 why;
	struct task	*t = calloc(1, sizeof(*t));
	enum err	 first = ERR_OK, e;

	if (t == NULL)
		return ERR_NOMEM;
	t->o = o;
	t->sum = sum;
	t->d = &why;
	for (size_t i = 0; i < n && o->mode == PUBLISH_CHECK; i++) {
		t->row = &rows[i];
		check_stream(t);
	}
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < n; i++) {
			if (!is_kind(rows[i].stream, k))
				continue;
			t->row = &rows[i];
			memset(&why, 0, sizeof(why));
			e = one_stream(t, k);
			if (e != ERR_OK && first == ERR_OK) {
				first = e;
				if (d != NULL)
					*d = why;
			}
		}
	t->d = d;
	if (first == ERR_OK && o->mode == PUBLISH_CHECK)
		first = check_key_file(t);
	free(t);
	return first;
}

static enum err
locked(const struct publish_opts *o, struct publish_sum *sum, struct diag *d)
{
	struct outbox_row	*rows = NULL;
	size_t			 n = 0;
	enum err		 e;

	/* Rows that come while files are compared are not in them. */
	if (o->mode == PUBLISH_CHECK && (e = db_begin_read(o->db)) != ERR_OK)
		return e;
	/* Again, with the lock: the cursors are another publisher's, too. */
	e = o->mode == PUBLISH_APPEND ?
	    store_outbox_pending(o->db, &rows, &n) :
	    store_outbox_all(o->db, &rows, &n);
	if (e == ERR_OK)
		e = all_streams(o, rows, n, sum, d);
	outbox_free(rows, n);
	if (o->mode == PUBLISH_CHECK)
		db_rollback(o->db);
	return e;
}

enum err
publish(const struct publish_opts *o, struct publish_sum *sum,
    struct diag *d)
{
	struct outbox_row	*rows = NULL;
	struct task		 t = { .o = o };
	char			 path[PATH_MAX];
	size_t			 n = 0;
	enum err		 e;
	int			 fd = -1;

	memset(sum, 0, sizeof(*sum));
	if (o->mode == PUBLISH_APPEND) {
		/* Nearly always there is nothing to do. */
		if ((e = store_outbox_pending(o->db, &rows, &n)) != ERR_OK)
			return diag_set(d, e, NULL, "%s", db_errmsg(o->db));
		outbox_free(rows, n);
		if (n == 0)
			return ERR_OK;
	}
	if ((e = path_join(path, sizeof(path), o->workdir,
	    "registry/.publish.lock", NULL)) != ERR_OK ||
	    (e = make_parent(&t, "registry/.publish.lock", d)) != ERR_OK ||
	    (e = fsio_lock(path, o->wait_ms, &fd, d)) != ERR_OK)
		return e;
	e = locked(o, sum, d);
	fsio_unlock(fd);
	return e;
}
