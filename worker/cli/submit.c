#include "worker/cli/submit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "store/object.h"

/* Another process may be adding an object of its own. */
#define OBJECT_LOCK_MS	10000

const char *
submit_mode(const char *word)
{
	static const struct { const char *word, *mode; } modes[] = {
		{ "loadonly", "load_only" },
		{ "loadattach", "load_attach" },
		{ "behavior", "behavior" },
	};
	char	 plain[16];
	size_t	 n = 0;

	for (; *word != '\0' && n + 1 < sizeof(plain); word++)
		if (*word != '-' && *word != '_')
			plain[n++] = *word;
	plain[n] = '\0';
	if (*word != '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcasecmp(plain, modes[i].word) == 0)
			return modes[i].mode;
	return NULL;
}

static enum err
open_artifact(const char *path, int *fd, struct diag *d)
{
	struct stat	 st;

	/* Not on a pipe or a terminal: it would wait for ever. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd == -1)
		return diag_errno(d, "cannot read the artifact %s", path);
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		return ERR_OK;
	close(*fd);
	*fd = -1;
	return diag_set(d, ERR_INVAL, "artifact", "%s is %s; give a compiled "
	    "BPF object", path, S_ISREG(st.st_mode) ? "empty" :
	    "not a regular file");
}

static enum err
copy_in(int fd, struct object *o, struct diag *d)
{
	char	 chunk[64 * 1024];
	ssize_t	 n;
	enum err e;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return diag_errno(d, "cannot read the artifact");
		if (n == 0)
			return object_seal(o, d);
		if ((e = object_add(o, chunk, (size_t)n, d)) != ERR_OK)
			return e;
	}
}

static const char *
attach_mode(const struct submit *s)
{
	if (strcmp(s->mode, "load_only") == 0)
		return "disabled";
	return s->require_attach ? "required" : "best-effort";
}

static enum err
queue(struct engine *g, const struct submit *s, const struct object *o,
    char *id, struct diag *d)
{
	const char		*slash = strrchr(s->artifact, '/');
	struct job_target_new	*targets;
	struct job_new		 j = { .origin = "cli" };
	enum err		 e;

	targets = calloc(s->matrix->n, sizeof(*targets));
	if (targets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < s->matrix->n; i++) {
		const struct matrix_target	*t = &s->matrix->target[i];

		targets[i].profile_id = t->profile_id;
		targets[i].required = t->required;
		targets[i].timeout_ms = t->timeout_ms != 0 ? t->timeout_ms :
		    s->timeout_ms;
	}
	j.sha256 = object_sha256(o);
	j.size = object_size(o);
	j.basename = slash == NULL ? s->artifact : slash + 1;
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
	/* Whoever sits at this machine need not wait for the web queue. */
	e = store_job_add(g->db, &j, INT64_MAX, id);
	free(targets);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "cannot queue the job: %s (%s)",
		    err_text(e), db_errmsg(g->db));
	return e;
}

enum err
submit_job(struct engine *g, const struct submit *s,
    char id[static JOB_ID_SIZE], struct diag *d)
{
	struct object	*o = NULL;
	bool		 created = false;
	int		 fd = -1, lock = -1;
	enum err	 e;

	if ((e = open_artifact(s->artifact, &fd, d)) != ERR_OK ||
	    (e = object_new(g->workdir, g->conf->max_artifact, &o, d)) !=
	    ERR_OK || (e = copy_in(fd, o, d)) != ERR_OK ||
	    (e = object_lock(g->workdir, OBJECT_LOCK_MS, &lock, d)) !=
	    ERR_OK || (e = object_publish(o, &created, d)) != ERR_OK)
		goto out;
	e = queue(g, s, o, id, d);
	if (e != ERR_OK && created)
		object_unpublish(o);
out:
	if (lock != -1)
		fsio_unlock(lock);
	if (fd != -1)
		close(fd);
	object_free(o);
	return e;
}
