#include "worker/preparing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "domain/objfacts.h"
#include "store/object.h"
#include "store/store_artifact.h"
#include "worker/compile/prepare.h"
#include "worker/inspect_run.h"
#include "worker/target.h"
#include "worker/work.h"

#define SPEC_MAX	(60 * 1024)	/* fits a pipe nobody reads yet */
#define FLAGS_TEXT_MAX	4096
#define SLACK_MS	10000		/* beyond what its parts may take */
#define OBJECT_LOCK_MS	10000

struct	preparing {
	pid_t		 pid;
	int		 pidfd;
	int64_t		 deadline;
	bool		 ended;
};

/* --- what to do --------------------------------------------------------------*/

static bool
from_source(const struct work *w)
{
	return w->inputs.source_name != NULL;
}

/* The architectures of the job's kernels, each once. */
static size_t
archs_of(const struct work *w, const char *out[PREPARED_ARCHS_MAX])
{
	const struct profile	*p;
	size_t			 n = 0, k;

	for (size_t i = 0; i < w->sched.ntargets; i++) {
		p = profile_set_find(&w->engine->profiles,
		    w->targets[i].profile_id);
		if (p == NULL)
			continue;
		for (k = 0; k < n && strcmp(out[k], p->arch) != 0; k++)
			continue;
		if (k == n && n < PREPARED_ARCHS_MAX)
			out[n++] = p->arch;
	}
	if (n == 0)
		out[n++] = "x86_64";
	return n;
}

static enum err
write_spec(const struct work *w, struct buf *b)
{
	const char	*archs[PREPARED_ARCHS_MAX];
	size_t		 n = archs_of(w, archs);
	struct jsonw	 jw;

	jsonw_init(&jw, b, JSONW_COMPACT);
	jsonw_obj(&jw, NULL);
	jsonw_str(&jw, "schema", PREPARE_SCHEMA);
	jsonw_str(&jw, "run_dir", w->run_dir);
	jsonw_str(&jw, "artifact", w->artifact);
	jsonw_str(&jw, "source_name", from_source(w) ?
	    w->inputs.source_name : "");
	jsonw_str(&jw, "clang_flags", w->inputs.clang_flags);
	jsonw_arr(&jw, "archs");
	for (size_t i = 0; i < n; i++)
		jsonw_str(&jw, NULL, archs[i]);
	jsonw_end(&jw);
	jsonw_end(&jw);
	return buf_err(b);
}

static struct jval *
read_doc(const struct work *w, const char *name, size_t max)
{
	struct buf	 b = BUF_INIT(max);
	struct jval	*doc = NULL;
	char		 path[PATH_MAX];

	if (path_join(path, sizeof(path), w->run_dir, name, NULL) == ERR_OK &&
	    fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(buf_str(&b), b.len, &doc, NULL) != ERR_OK)
		doc = NULL;
	buf_clear(&b);
	return doc;
}

/* An earlier attempt got through it: its targets ran with these objects. */
static bool
done_before(const struct work *w)
{
	struct jval	*doc = read_doc(w, PREPARE_FILE, PREPARE_DOC_MAX);
	bool		 ok;

	ok = doc != NULL && strcmp(jval_get_str(doc, "status", ""), "ok") ==
	    0;
	jval_free(doc);
	return ok;
}

/* --- the child ----------------------------------------------------------------*/

static enum err
spawn(struct work *w, struct preparing *p, struct diag *d)
{
	struct buf	 spec = BUF_INIT(SPEC_MAX);
	struct proc_opts o = PROC_OPTS_INIT;
	char		 program[PATH_MAX];
	const char	*argv[] = { program, NULL };
	int		 in[2] = { -1, -1 };
	enum err	 e;

	if ((e = paths_program(w->engine->conf, "bpfcompat-prepare", program,
	    sizeof(program), d)) != ERR_OK ||
	    (e = write_spec(w, &spec)) != ERR_OK)
		goto out;
	if (pipe2(in, O_CLOEXEC) == -1) {
		e = diag_errno(d, "cannot start %s", argv[0]);
		goto out;
	}
	if ((e = fsio_write_all(in[1], spec.data, spec.len)) != ERR_OK)
		goto out;
	o.argv = argv;
	o.in = in[0];
	o.err = STDERR_FILENO;
	o.inherit_env = true;
	if ((e = proc_spawn(&o, &p->pid, d)) == ERR_OK &&
	    (p->pidfd = proc_pidfd(p->pid)) == -1) {
		proc_stop(p->pid, 0);
		e = err_from_errno(errno);
	}
out:
	for (int i = 0; i < 2; i++)
		if (in[i] != -1)
			close(in[i]);
	buf_clear(&spec);
	return e;
}

enum err
preparing_start(struct work *w, struct preparing **out, struct diag *d)
{
	const char		*archs[PREPARED_ARCHS_MAX];
	struct preparing	*p;
	enum err		 e;

	*out = NULL;
	if ((w->inputs.has_command && !from_source(w)) || done_before(w))
		return ERR_OK;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	p->pidfd = -1;
	p->deadline = time_mono_ms() + INSPECT_TIMEOUT_MS + SLACK_MS;
	if (from_source(w))
		p->deadline += w->engine->conf->compile_timeout *
		    (int64_t)archs_of(w, archs) + 2 * SLACK_MS;
	if ((e = spawn(w, p, d)) != ERR_OK) {
		free(p);
		return from_source(w) ? e : ERR_OK;
	}
	*out = p;
	return ERR_OK;
}

int
preparing_fd(const struct preparing *p)
{
	return p->pidfd;
}

int64_t
preparing_deadline(const struct preparing *p)
{
	return p->deadline;
}

bool
preparing_ended(struct preparing *p, int64_t now)
{
	int	 status;

	if (!p->ended && proc_wait(p->pid, now, &status) == ERR_OK)
		p->ended = true;
	if (!p->ended && now >= p->deadline) {
		proc_stop(p->pid, 0);
		p->ended = true;
	}
	return p->ended;
}

void
preparing_free(struct preparing *p)
{
	if (p == NULL)
		return;
	if (!p->ended)
		proc_stop(p->pid, 0);
	if (p->pidfd != -1)
		close(p->pidfd);
	free(p);
}

/* --- what it left ----------------------------------------------------------------*/

/* The object goes to where objects are, by its digest. */
static enum err
publish(struct work *w, const char *path, const char *sha256, struct diag *d)
{
	const struct engine	*g = w->engine;
	struct object		*o = NULL;
	struct buf		 b = BUF_INIT((size_t)g->conf->max_artifact);
	bool			 created = false;
	int			 lock = -1;
	enum err		 e;

	if ((e = fsio_read(path, &b, d)) != ERR_OK ||
	    (e = object_new(g->workdir, g->conf->max_artifact, &o, d)) !=
	    ERR_OK || (e = object_add(o, b.data, b.len, d)) != ERR_OK ||
	    (e = object_seal(o, d)) != ERR_OK)
		goto out;
	if (strcmp(object_sha256(o), sha256) != 0) {
		e = diag_set(d, ERR_CORRUPT, NULL, "the compiled object does "
		    "not have its digest any more; check the disk");
		goto out;
	}
	if ((e = object_lock(g->workdir, OBJECT_LOCK_MS, &lock, d)) ==
	    ERR_OK && (e = object_publish(o, &created, d)) == ERR_OK &&
	    (e = store_artifact_add(g->db, sha256, object_size(o))) !=
	    ERR_OK && created)
		object_unpublish(o);
	if (lock != -1)
		fsio_unlock(lock);
out:
	object_free(o);
	buf_clear(&b);
	return e;
}

/* What the job is about from here on is the object. */
static enum err
adopt(struct work *w, const struct jval *obj)
{
	const char	*path = jval_get_str(obj, "path", "");
	const char	*slash = strrchr(path, '/');
	char		*name, *sha;

	name = strdup(slash == NULL ? path : slash + 1);
	sha = strdup(jval_get_str(obj, "sha256", ""));
	if (name == NULL || sha == NULL) {
		free(name);
		free(sha);
		return ERR_NOMEM;
	}
	free(w->job.basename);
	free(w->job.sha256);
	w->job.basename = name;
	w->job.sha256 = sha;
	w->job.size = jval_get_int(obj, "size_bytes", 0);
	return object_path(w->engine->workdir, sha, w->artifact,
	    sizeof(w->artifact));
}

static enum err
take_objects(struct work *w, const struct jval *objs, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < jval_len(objs) && i < PREPARED_ARCHS_MAX &&
	    e == ERR_OK; i++) {
		const struct jval	*o = jval_at(objs, i);
		struct prepared_object	*to = &w->prepared.compiled[i];
		const char		*sha = jval_get_str(o, "sha256", "");

		if (!hex_is_sha256(sha))
			return ERR_SYNTAX;
		snprintf(to->arch, sizeof(to->arch), "%s",
		    jval_get_str(o, "arch", ""));
		if ((e = path_join(path, sizeof(path), w->run_dir,
		    jval_get_str(o, "path", ""), NULL)) != ERR_OK ||
		    (e = publish(w, path, sha, d)) != ERR_OK ||
		    (e = object_path(w->engine->workdir, sha, to->path,
		    sizeof(to->path))) != ERR_OK)
			break;
		w->prepared.ncompiled = i + 1;
		if (i == 0)
			e = adopt(w, o);
	}
	return e;
}

enum err
prepared_read(struct work *w, const char **code, struct diag *d)
{
	struct prepared		*p = &w->prepared;
	const struct jval	*objs;

	p->doc = read_doc(w, PREPARE_FILE, PREPARE_DOC_MAX);
	if (!from_source(w))
		return ERR_OK;
	*code = "compile_unavailable";
	if (p->doc == NULL)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the source could "
		    "not be compiled: the compiler's sandbox did not end "
		    "well; the log of the worker has more");
	if (strcmp(jval_get_str(p->doc, "status", ""), "ok") != 0) {
		if (strcmp(jval_get_str(p->doc, "status", ""), "failed") ==
		    0)
			*code = "compile_failed";
		return diag_set(d, ERR_INVAL, "source_code", "%s",
		    jval_get_str(p->doc, "error", "the source does not "
		    "compile"));
	}
	objs = jval_get(jval_get(p->doc, "compile"), "objects");
	if (jval_len(objs) == 0)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the compiler left "
		    "no object");
	return take_objects(w, objs, d);
}

void
prepared_facts(struct work *w)
{
	if (w->prepared.object == NULL)
		w->prepared.object = read_doc(w, PREPARE_OBJECT,
		    OBJFACTS_MAX);
}

void
prepared_clear(struct prepared *p)
{
	jval_free(p->doc);
	jval_free(p->object);
	memset(p, 0, sizeof(*p));
}

const char *
prepared_object(const struct work *w, const char *arch)
{
	const struct prepared	*p = &w->prepared;

	for (size_t i = 0; i < p->ncompiled; i++)
		if (strcmp(p->compiled[i].arch, arch) == 0)
			return p->compiled[i].path;
	return w->artifact;
}
