#include "worker/evidence.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/work.h"

/* Files listed in a report; a guest decides how many logs there are. */
#define FILES_MAX	2000
#define NOTES_MAX	32
/* Complaints of the kernel that get a note of their own. */
#define EVENT_NOTES	4
#define NOTE_SIZE	512

struct	file_list {
	struct report_file	*file;
	size_t			 n;
};

static void
add_file(struct file_list *l, const char *rel, int64_t size)
{
	struct report_file	*grown;
	char			*name;

	if (l->n == FILES_MAX || (name = strdup(rel)) == NULL)
		return;
	grown = reallocarray(l->file, l->n + 1, sizeof(*l->file));
	if (grown == NULL) {
		free(name);
		return;
	}
	l->file = grown;
	l->file[l->n++] = (struct report_file){ name, size };
}

/* Regular files of "dir", one folder deep, named by "rel"/... */
static void
list_files(const char *dir, const char *rel, int depth, struct file_list *l)
{
	struct dirent	*e;
	struct stat	 st;
	char		 sub[PATH_MAX], sub_rel[PATH_MAX];
	DIR		*d = opendir(dir);

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    path_join(sub, sizeof(sub), dir, e->d_name, NULL) !=
		    ERR_OK || path_join(sub_rel, sizeof(sub_rel), rel,
		    e->d_name, NULL) != ERR_OK || lstat(sub, &st) == -1)
			continue;
		if (S_ISREG(st.st_mode))
			add_file(l, sub_rel, st.st_size);
		else if (S_ISDIR(st.st_mode) && depth > 0)
			list_files(sub, sub_rel, depth - 1, l);
	}
	closedir(d);
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct report_file *)a)->path,
	    ((const struct report_file *)b)->path);
}

/* Everything a report_target points to and does not own. */
struct	scratch {
	struct report_attempt	*attempts;
	struct file_list	 files;
	char			 notes[NOTES_MAX][NOTE_SIZE];
	const char		*note_ptr[NOTES_MAX];
	size_t			 nnotes;
	char			 qemu[8192];
	char			 error[1024];
	char			 started[TIME_RFC3339_SIZE];
	char			 finished[TIME_RFC3339_SIZE];
	char			 dir_rel[PATH_MAX];
};

static void
add_note(const struct engine *g, struct scratch *s, const char *text)
{
	if (s->nnotes == NOTES_MAX)
		return;
	engine_scrub(g, text, s->notes[s->nnotes], NOTE_SIZE);
	s->note_ptr[s->nnotes] = s->notes[s->nnotes];
	s->nnotes++;
}

/* A guest that went on after its kernel complained: said, not judged. */
static void
note_events(const struct runner_end *end, struct scratch *s,
    const struct engine *g)
{
	const struct jval	*all = jval_get(end->doc, "kernel_events");
	char			 text[NOTE_SIZE];

	for (size_t i = 0; i < jval_len(all) && i < EVENT_NOTES; i++) {
		const struct jval	*ev = jval_at(all, i);
		const char		*program;

		program = jval_get_str(ev, "program", "");
		snprintf(text, sizeof(text), "the kernel complained during "
		    "%.24s%s%.128s: %.300s", jval_get_str(ev, "phase", "?"),
		    program[0] != '\0' ? " of " : "", program,
		    jval_get_str(ev, "title", ""));
		add_note(g, s, text);
	}
	if (jval_len(all) > EVENT_NOTES) {
		snprintf(text, sizeof(text), "and %zu more complaints of "
		    "the kernel; see kernel_events",
		    jval_len(all) - EVENT_NOTES);
		add_note(g, s, text);
	}
}

static void
fill_notes(const struct target *t, const struct collected *c,
    const struct runner_end *end, size_t nrows, struct scratch *s)
{
	const struct engine	*g = t->work->engine;
	const struct jval	*notes = jval_get(end->doc, "notes");
	const struct jval	*attach = jval_get(c->result, "attach");
	char			 text[NOTE_SIZE];

	for (size_t i = 0; i < jval_len(notes); i++)
		add_note(g, s, jval_str(jval_at(notes, i), ""));
	note_events(end, s, g);
	if (t->kernel_known)
		for (int i = 0; i < t->kernel.nnotes; i++)
			add_note(g, s, t->kernel.note[i]);
	if (!jval_get_bool(jval_get(c->result, "capabilities"),
	    "helpers_complete", true))
		add_note(g, s, "the list of helpers this kernel offers is "
		    "incomplete: the machine was too busy to ask about all "
		    "types of programs (capabilities.helpers_not_listed)");
	if (nrows > 1) {
		snprintf(text, sizeof(text), "%zu VMs were started; the "
		    "evidence of earlier attempts is kept beside this one",
		    nrows);
		add_note(g, s, text);
	}
	if (strcmp(jval_get_str(attach, "status", ""), "warn") == 0) {
		snprintf(text, sizeof(text), "%lld of %lld attachments "
		    "failed; attaching was best effort, so they do not "
		    "count", (long long)jval_get_int(attach, "failed", 0),
		    (long long)jval_get_int(attach, "attempted", 0));
		add_note(g, s, text);
	}
	if (c->expected.applies)
		add_note(g, s, c->expected.text);
	if (c->cls != NULL) {
		snprintf(text, sizeof(text), "classification: %s (%s)",
		    c->cls->code, c->cls->confidence);
		add_note(g, s, text);
		snprintf(text, sizeof(text), "remediation: %.400s",
		    c->cls->remedy);
		add_note(g, s, text);
	}
}

static void
fill_attempts(const struct attempt_row *rows, size_t n, struct scratch *s,
    struct report_target *r)
{
	if (n == 0 ||
	    (s->attempts = calloc(n, sizeof(*s->attempts))) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		s->attempts[i] = (struct report_attempt){ rows[i].number,
		    rows[i].outcome, rows[i].error_code, rows[i].error,
		    rows[i].started_at, rows[i].finished_at };
	r->attempts = s->attempts;
	r->nattempts = n;
}

static void
fill_kernel(const struct target *t, struct report_target *r)
{
	const struct profile	*p;

	p = profile_set_find(&t->work->engine->profiles, t->profile_id);
	if (p != NULL) {
		r->distro = p->distro;
		r->version = p->version;
		r->kernel_family = p->kernel_family;
		r->arch = p->arch;
		r->variant = p->base[0] != '\0' ? p : NULL;
	}
	if (!t->kernel_known)
		return;
	r->kernel_release = t->kernel.release;
	r->kernel_sha256 = t->kernel.vmlinuz_sha256;
	if (t->kernel.npackages > 0) {
		r->kernel_package = t->kernel.package[0].name;
		r->kernel_version = t->kernel.package[0].version;
	}
}

static void
fill_guest(const struct target *t, const struct runner_end *end,
    struct scratch *s, struct report_target *r)
{
	const struct jval	*doc = end->doc;

	r->uname_release = jval_get_str(doc, "uname_release", NULL);
	r->uname_version = jval_get_str(doc, "uname_version", NULL);
	r->machine = jval_get_str(doc, "machine", NULL);
	r->accel = jval_get_str(doc, "accel", NULL);
	r->template = jval_get_bool(doc, "template", false);
	r->phases = jval_get(doc, "ms");
	r->last_step = jval_get(doc, "last_step");
	if (end->outcome == RUNNER_DONE)
		r->last_step = NULL;
	r->splat = jval_get_str(doc, "splat", NULL);
	r->kernel_events = jval_get(doc, "kernel_events");
	engine_scrub(t->work->engine, jval_get_str(doc, "qemu_command", ""),
	    s->qemu, sizeof(s->qemu));
	r->qemu_command = s->qemu;
}

static void
fill_files(const struct target *t, struct scratch *s,
    struct report_target *r)
{
	char	 rel[PATH_MAX];

	if (!fsio_exists(t->dir) || t->runner == NULL)
		return;
	if (path_join(rel, sizeof(rel), "targets", t->profile_id, NULL) ==
	    ERR_OK)
		list_files(t->dir, rel, 1, &s->files);
	if (s->files.n > 1)
		qsort(s->files.file, s->files.n, sizeof(*s->files.file),
		    by_path);
	r->files = s->files.file;
	r->nfiles = s->files.n;
	if (path_join(s->dir_rel, sizeof(s->dir_rel), t->work->run_rel,
	    rel, NULL) == ERR_OK)
		r->dir = s->dir_rel;
}

static enum err
write_part(struct target *t, const struct report_target *r,
    struct evidence *ev, struct diag *d)
{
	struct buf	 b = BUF_INIT(REPORT_TARGET_MAX);
	char		 path[PATH_MAX], name[48];
	enum err	 e;

	snprintf(name, sizeof(name), "report.%lld.json",
	    (long long)t->attempt);
	if ((e = path_join(ev->part_rel, sizeof(ev->part_rel),
	    t->work->run_rel, "targets", t->profile_id, name, NULL)) !=
	    ERR_OK || (e = path_join(path, sizeof(path),
	    t->work->engine->workdir, ev->part_rel, NULL)) != ERR_OK ||
	    (e = path_join(t->dir, sizeof(t->dir), t->work->run_dir,
	    "targets", t->profile_id, NULL)) != ERR_OK ||
	    (e = fsio_mkdirs(t->dir, d)) != ERR_OK)
		return e;
	if ((e = report_target_write(&b, r)) == ERR_OK)
		e = fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE, d);
	buf_clear(&b);
	return e;
}

static void
scratch_free(struct scratch *s)
{
	for (size_t i = 0; i < s->files.n; i++)
		free((char *)(uintptr_t)s->files.file[i].path);
	free(s->files.file);
	free(s->attempts);
	free(s);
}

enum err
evidence_write(struct target *t, const struct collected *c,
    const struct runner_end *end, const struct attempt_row *rows,
    size_t nrows, struct evidence *ev, struct diag *d)
{
	struct report_target	 r = { 0 };
	struct scratch		*s = calloc(1, sizeof(*s));
	int64_t			 now = time_now_ms(), first = t->started_ms;
	enum err		 e;

	memset(ev, 0, sizeof(*ev));
	if (nrows > 0)
		time_parse_rfc3339(rows[0].started_at, &first);
	ev->duration_ms = now - first;
	snprintf(ev->uname_release, sizeof(ev->uname_release), "%s",
	    jval_get_str(end->doc, "uname_release", ""));
	if (s == NULL)
		return ERR_NOMEM;
	r.profile_id = t->profile_id;
	r.required = t->required;
	r.status = c->status;
	r.failed_stage = c->failed_stage;
	fill_kernel(t, &r);
	fill_guest(t, end, s, &r);
	r.result = c->result;
	r.cls = c->cls;
	r.expected = &c->expected;
	r.prog_cls = c->prog_cls;
	r.nprog_cls = c->nprogs;
	time_rfc3339(first, s->started);
	time_rfc3339(now, s->finished);
	r.started_at = s->started;
	r.finished_at = s->finished;
	r.duration_ms = ev->duration_ms;
	if (c->status == REPORT_INFRA) {
		engine_scrub(t->work->engine, c->error, s->error,
		    sizeof(s->error));
		r.infra_error = s->error;
		r.infra_code = c->error_code;
	}
	fill_attempts(rows, nrows, s, &r);
	fill_notes(t, c, end, nrows, s);
	r.notes = s->note_ptr;
	r.nnotes = s->nnotes;
	fill_files(t, s, &r);
	e = write_part(t, &r, ev, d);
	scratch_free(s);
	return e;
}

void
evidence_stderr(struct target *t)
{
	const char	*text = runner_stderr(t->runner);
	char		 path[PATH_MAX];

	if (text[0] != '\0' && path_join(path, sizeof(path), t->dir,
	    "runner.stderr", NULL) == ERR_OK)
		/* A help for people; without it the verdict stands. */
		(void)fsio_write_atomic(path, text, strlen(text),
		    FSIO_FILE_MODE, NULL);
}
