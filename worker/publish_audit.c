/*
 * The audit stream as files: events.jsonl, and what it was before, each part
 * closed with the seal that ends with its last event:
 *
 *   archive/events-FIRST-LAST.jsonl, archive/events-FIRST-LAST.jsonl.seal
 *   events.jsonl.1 and so on: names of the newest of these
 *
 * Existing tools look for events.jsonl.1 and move files from name to name.
 * Here a closed file has one name for ever and the short ones are links, so
 * that no crash can mix them up, and nothing is removed.
 *
 * The database learns of a closed file first.  Should its archive not be
 * there then, it is written from the database.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "store/store_audit.h"
#include "worker/publish_audit.h"
#include "worker/publish_task.h"

#define DIR_REL		"cloud-registry/audit"
#define FILE_REL	DIR_REL "/" AUDIT_FILE
#define SEAL_MAX	4096
/* Short names that are looked after, at most. */
#define LINKS_DEFAULT	10
#define LINKS_MAX	1000

struct	audit_work {
	struct task			*t;
	struct outbox_audit_file	*files;
	size_t				 n;
	/* The first seal that ends at "covers" or after; 0: not looked for. */
	int64_t				 covers;
	char				*seal;
};

static void
archive_rel(const struct outbox_audit_file *f, const char *suffix, char *out,
    size_t size)
{
	snprintf(out, size, DIR_REL "/" AUDIT_ARCHIVE "/" AUDIT_ARCHIVED "%s",
	    (long long)f->first, (long long)f->last, suffix);
}

static enum err
absolute(const struct task *t, const char *rel, char out[static PATH_MAX])
{
	return path_join(out, PATH_MAX, t->o->workdir, rel, NULL);
}

/* --- lines ----------------------------------------------------------------- */

/* May the file be closed behind the event that was put last? */
static enum err
due(struct audit_work *w, bool *yes)
{
	struct task	*t = w->t;
	enum err	 e = ERR_OK;

	*yes = false;
	if (t->mode == PUBLISH_CHECK || t->o->audit_max_bytes <= 0 ||
	    t->last <= t->base ||
	    publish_file_length(t->file) < t->o->audit_max_bytes)
		return ERR_OK;
	if (w->covers < t->last) {
		free(w->seal);
		w->seal = NULL;
		e = audit_seal_get(t->o->db, t->last, &w->covers, &w->seal);
		if (e == ERR_NOTFOUND) {
			w->covers = INT64_MAX;
			return ERR_OK;
		}
	}
	*yes = e == ERR_OK && w->covers == t->last;
	return e;
}

static enum err
put_seal(struct task *t, const struct outbox_audit_file *f, const char *seal)
{
	char	 rel[PATH_MAX], line[SEAL_MAX + 2];
	int	 n;

	n = snprintf(line, sizeof(line), "%s\n", seal);
	if (n < 0 || (size_t)n >= sizeof(line))
		return ERR_CORRUPT;
	archive_rel(f, AUDIT_SEAL_SUFFIX, rel, sizeof(rel));
	return task_whole_file(t, rel, FSIO_FILE_MODE, line, (size_t)n);
}

/* What is in the file becomes the newest of the archive. */
static enum err
rotate(struct audit_work *w)
{
	struct task			*t = w->t;
	struct outbox_audit_file	 f = { t->base + 1, t->last, 0 };
	struct outbox_audit_file	*grown;
	char				 from[PATH_MAX], to[PATH_MAX];
	char				 rel[PATH_MAX];
	enum err			 e;

	grown = reallocarray(w->files, w->n + 1, sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	w->files = grown;
	archive_rel(&f, "", rel, sizeof(rel));
	if ((e = publish_file_done(t->file, &f.bytes, t->d)) != ERR_OK ||
	    (e = put_seal(t, &f, w->seal)) != ERR_OK ||
	    (e = store_outbox_audit_close(t->o->db, t->row, &f)) != ERR_OK)
		return e;
	publish_file_free(t->file);
	t->file = NULL;
	w->files[w->n++] = f;
	t->base = t->last;
	if ((e = absolute(t, FILE_REL, from)) != ERR_OK ||
	    (e = absolute(t, rel, to)) != ERR_OK)
		return e;
	if (rename(from, to) == -1)
		return diag_errno(t->d, "cannot rename %s", from);
	t->sum->files++;
	task_note(t, rel, "file_archived", 0);
	return task_open_lines(t, FSIO_FILE_MODE);
}

/* Puts the events behind t->last, up to "until"; closes files if asked. */
static enum err
put_events(struct audit_work *w, int64_t until, bool closing)
{
	struct task		*t = w->t;
	struct audit_row	*rows = NULL;
	size_t			 n = TASK_BATCH;
	bool			 yes = false;
	enum err		 e = ERR_OK;

	while (e == ERR_OK && n > 0 && t->last < until) {
		n = (size_t)(until - t->last < TASK_BATCH ?
		    until - t->last : TASK_BATCH);
		if ((e = audit_from(t->o->db, t->last + 1, (int64_t)n, &rows,
		    &n)) != ERR_OK)
			return e;
		for (size_t i = 0; i < n && e == ERR_OK; i++) {
			if (closing && (e = due(w, &yes)) == ERR_OK && yes)
				e = rotate(w);
			if (e == ERR_OK)
				e = task_put_line(t, rows[i].line,
				    rows[i].seq);
		}
		audit_rows_free(rows, n);
	}
	return e;
}

/* --- the archive ------------------------------------------------------------ */

/* Written from the database, or compared with it. */
static enum err
archived(struct audit_work *w, const struct outbox_audit_file *f)
{
	struct task	*t = w->t;
	const char	*problem;
	char		 path[PATH_MAX], *seal = NULL;
	int64_t		 line, bytes, covers;
	enum err	 e;

	archive_rel(f, "", t->rel, sizeof(t->rel));
	if ((e = audit_seal_get(t->o->db, f->last, &covers, &seal)) !=
	    ERR_OK || (e = put_seal(t, f, seal)) != ERR_OK ||
	    (e = absolute(t, t->rel, path)) != ERR_OK ||
	    (e = publish_file_open(path, FSIO_FILE_MODE, t->mode ==
	    PUBLISH_CHECK ? PUBLISH_CHECK : PUBLISH_REBUILD, 0, &t->file,
	    t->d)) != ERR_OK)
		goto out;
	t->sum->files++;
	t->last = f->first - 1;
	if ((e = put_events(w, f->last, false)) == ERR_OK &&
	    (e = publish_file_done(t->file, &bytes, t->d)) == ERR_OK &&
	    t->mode == PUBLISH_CHECK) {
		problem = publish_file_problem(t->file, &line);
		if (problem != NULL)
			task_difference(t, t->rel, problem, line);
		else if (bytes != f->bytes)
			task_difference(t, t->rel, "cursor_differs", 0);
	}
out:
	free(seal);
	publish_file_free(t->file);
	t->file = NULL;
	return e;
}

/* The same file under its old name, as after a crash, is not kept twice. */
static void
drop_twin(struct task *t, const struct outbox_audit_file *f)
{
	char	 rel[PATH_MAX], a[PATH_MAX], b[PATH_MAX];
	char	 ha[SHA256_HEX_SIZE], hb[SHA256_HEX_SIZE];

	archive_rel(f, "", rel, sizeof(rel));
	if (absolute(t, rel, a) == ERR_OK &&
	    absolute(t, FILE_REL, b) == ERR_OK &&
	    sha256_file(a, ha) == ERR_OK && sha256_file(b, hb) == ERR_OK &&
	    strcmp(ha, hb) == 0)
		unlink(b);
}

static enum err
archive(struct audit_work *w)
{
	struct task	*t = w->t;
	char		 rel[PATH_MAX], path[PATH_MAX];
	bool		 all = t->mode != PUBLISH_APPEND;
	enum err	 e = ERR_OK;

	/* Each time the newest is looked for, which a crash may have cost. */
	for (size_t i = all || w->n == 0 ? 0 : w->n - 1; i < w->n &&
	    e == ERR_OK; i++) {
		archive_rel(&w->files[i], "", rel, sizeof(rel));
		if (!all && absolute(t, rel, path) == ERR_OK &&
		    fsio_exists(path))
			continue;
		e = archived(w, &w->files[i]);
		if (e == ERR_OK && !all) {
			drop_twin(t, &w->files[i]);
			task_note(t, rel, "file_rebuilt", 0);
		}
	}
	return e;
}

/* --- the short names --------------------------------------------------------- */

/* Somebody else's file of that name, such as the first generation's, stays. */
static enum err
out_of_the_way(struct task *t, const char *path, const char *rel)
{
	char		 sha[SHA256_HEX_SIZE], to[PATH_MAX + 32];
	struct stat	 st;

	if (lstat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return ERR_OK;
	if (sha256_file(path, sha) != ERR_OK)
		return diag_errno(t->d, "cannot read %s", path);
	snprintf(to, sizeof(to), "%s.aside-%.12s", path, sha);
	if (rename(path, to) == -1)
		return diag_errno(t->d, "cannot rename %s", path);
	task_note(t, rel, "file_set_aside", 0);
	return ERR_OK;
}

static enum err
set_link(struct task *t, const char *path, const char *rel, const char *to)
{
	char	 have[PATH_MAX], tmp[PATH_MAX + 8];
	ssize_t	 n = readlink(path, have, sizeof(have) - 1);
	enum err e;

	if (n >= 0)
		have[n] = '\0';
	if (n >= 0 && strcmp(have, to) == 0)
		return ERR_OK;
	if (t->mode == PUBLISH_CHECK) {
		task_difference(t, rel, n == -1 && errno == ENOENT ?
		    "file_missing" : "file_differs", 0);
		return ERR_OK;
	}
	if ((e = out_of_the_way(t, path, rel)) != ERR_OK)
		return e;
	snprintf(tmp, sizeof(tmp), "%s.new", path);
	unlink(tmp);
	if (symlink(to, tmp) == -1 || rename(tmp, path) == -1)
		return diag_errno(t->d, "cannot link %s", path);
	return ERR_OK;
}

/* events.jsonl.1 is the newest; names beyond the last are taken away. */
static enum err
links(struct audit_work *w)
{
	struct task	*t = w->t;
	int64_t		 max = t->o->audit_max_files;
	char		 rel[PATH_MAX], path[PATH_MAX], to[128];
	struct stat	 st;
	enum err	 e = ERR_OK;

	if (max < 1)
		max = LINKS_DEFAULT;
	for (int64_t k = 1; k <= LINKS_MAX && e == ERR_OK; k++) {
		snprintf(rel, sizeof(rel), FILE_REL ".%lld", (long long)k);
		if ((e = absolute(t, rel, path)) != ERR_OK)
			return e;
		if (k <= max && (size_t)k <= w->n) {
			const struct outbox_audit_file	*f =
			    &w->files[w->n - (size_t)k];

			snprintf(to, sizeof(to), AUDIT_ARCHIVE "/"
			    AUDIT_ARCHIVED, (long long)f->first,
			    (long long)f->last);
			e = set_link(t, path, rel, to);
		} else if (lstat(path, &st) == -1)
			break;
		else if (S_ISLNK(st.st_mode) && t->mode != PUBLISH_CHECK)
			unlink(path);
	}
	return e;
}

enum err
task_audit(struct task *t)
{
	struct audit_work	 w = { .t = t };
	int64_t			 last = t->last;
	enum err		 e;

	if ((e = store_outbox_audit_files(t->o->db, &w.files, &w.n)) !=
	    ERR_OK || (e = archive(&w)) != ERR_OK)
		goto out;
	t->base = w.n == 0 ? 0 : w.files[w.n - 1].last;
	t->last = last > t->base ? last : t->base;
	snprintf(t->rel, sizeof(t->rel), FILE_REL);
	if ((e = task_open_lines(t, FSIO_FILE_MODE)) == ERR_OK &&
	    (e = put_events(&w, t->until, true)) == ERR_OK &&
	    (e = links(&w)) == ERR_OK)
		e = task_close_lines(t);
out:
	free(w.files);
	free(w.seal);
	return e;
}
