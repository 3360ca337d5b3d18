/* A job on a server: the form that queues it, and the wait for its end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/timefmt.h"
#include "worker/cli/remote.h"

/* The server answers within this or says that nothing changed. */
#define WAIT_S		"20"
#define PATH_QUERY_MAX	512

/* multipart/form-data (RFC 7578) */
struct	form {
	struct buf	 b;
	char		 boundary[33];
};

static void
part(struct form *f, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_addf(&f->b, "--%s\r\nContent-Disposition: form-data; "
	    "name=\"%s\"\r\n\r\n", f->boundary, name);
	buf_adds(&f->b, value);
	buf_adds(&f->b, "\r\n");
}

static enum err
part_file(struct form *f, const char *name, const char *path,
    struct diag *d)
{
	const char	*slash = strrchr(path, '/');
	const char	*base = slash == NULL ? path : slash + 1;
	enum err	 e;

	if (path[0] == '\0')
		return ERR_OK;
	if (!path_name_ok(base))
		return diag_set(d, ERR_INVAL, name, "%s: the name of a file "
		    "must be letters, digits, \".\", \"_\" and \"-\"", path);
	buf_addf(&f->b, "--%s\r\nContent-Disposition: form-data; "
	    "name=\"%s\"; filename=\"%s\"\r\nContent-Type: "
	    "application/octet-stream\r\n\r\n", f->boundary, name, base);
	if ((e = fsio_read(path, &f->b, d)) == ERR_OK)
		buf_adds(&f->b, "\r\n");
	return e;
}

static enum err
make_form(const struct submit *s, struct form *f, struct diag *d)
{
	char		 text[32];
	enum err	 e;

	if ((e = part_file(f, s->source ? "source_file" : "artifact_file",
	    s->artifact, d)) != ERR_OK ||
	    (e = part_file(f, "manifest_file", s->manifest, d)) != ERR_OK)
		return e;
	part(f, "clang_flags", s->clang_flags);
	part(f, "validation_mode", s->mode);
	part(f, "artifact_name", s->name);
	part(f, "artifact_version", s->version);
	part(f, "artifact_variant", s->variant);
	part(f, "artifact_uri", s->uri);
	time_format_duration(s->timeout_ms, text, sizeof(text));
	part(f, "timeout", text);
	snprintf(text, sizeof(text), "%" PRId64, s->concurrency);
	part(f, "concurrency", text);
	for (size_t i = 0; i < s->matrix->n; i++)
		part(f, "profiles", s->matrix->target[i].profile_id);
	for (size_t i = 0; i < s->matrix->n; i++)
		if (s->matrix->target[i].required)
			part(f, "required_profiles",
			    s->matrix->target[i].profile_id);
	buf_addf(&f->b, "--%s--\r\n", f->boundary);
	return buf_err(&f->b);
}

enum err
remote_submit(const struct remote *r, const struct submit *s,
    char id[static JOB_ID_SIZE], struct diag *d)
{
	struct form	 f = { .b = BUF_INIT((size_t)r->conf->max_artifact +
			    (size_t)4 * 1024 * 1024) };
	struct jval	*doc = NULL;
	char		 type[80];
	enum err	 e;

	if (s->command != NULL || s->require_attach || s->fresh_boot)
		return diag_set(d, ERR_UNSUPPORTED, "server", "a server "
		    "takes neither commands nor --require-attach nor "
		    "--fresh-boot; let this machine do it, without --server");
	rnd_hex(16, f.boundary);
	snprintf(type, sizeof(type), "multipart/form-data; boundary=%s",
	    f.boundary);
	if ((e = make_form(s, &f, d)) == ERR_OK)
		e = remote_ask(r, "/validate/start", type, &f.b, &doc, d);
	if (e == ERR_OK && jval_get_str(doc, "job_id", "")[0] == '\0')
		e = diag_set(d, ERR_PROTO, NULL, "the server names no job");
	if (e == ERR_OK)
		jval_copy_str(doc, "job_id", id, JOB_ID_SIZE);
	jval_free(doc);
	buf_clear(&f.b);
	return e;
}

/* --- following it ----------------------------------------------------------------- */

struct	follow {
	struct progress	*p;
	int		*line;	/* of each target */
	bool		*ended;
	size_t		 n;
};

static void
show_target(struct follow *f, size_t i, const struct jval *t)
{
	const char	*state = jval_get_str(t, "status", "");
	char		 text[200];

	if (f->ended[i] || strcmp(state, "pending") == 0)
		return;
	if (strcmp(state, "running") == 0) {
		progress_set(f->p, f->line[i], jval_get_str(t, "stage",
		    "running"), 0, 0, false, jval_get_str(t, "message", ""));
		return;
	}
	snprintf(text, sizeof(text), "%.16s  %.60s  %.100s", state,
	    jval_get_str(t, "kernel_release", ""),
	    jval_get_str(t, "classification_code", ""));
	progress_end(f->p, f->line[i], strcmp(state, "pass") == 0, text);
	f->ended[i] = true;
}

static void
show(struct follow *f, const char *of, const struct jval *doc)
{
	const struct jval	*all = jval_get(doc, "targets");
	char			 name[160];

	if (f->line == NULL && jval_len(all) > 0) {
		f->n = jval_len(all);
		f->line = calloc(f->n, sizeof(*f->line));
		f->ended = calloc(f->n, sizeof(*f->ended));
		for (size_t i = 0; i < f->n && f->line != NULL; i++) {
			snprintf(name, sizeof(name), "%.64s%s%.64s", of,
			    of[0] != '\0' ? " " : "", jval_get_str(jval_at(
			    all, i), "profile_id", "?"));
			f->line[i] = progress_add(f->p, name);
		}
	}
	for (size_t i = 0; i < jval_len(all) && i < f->n &&
	    f->line != NULL && f->ended != NULL; i++)
		show_target(f, i, jval_at(all, i));
}

static bool
over(const struct jval *doc)
{
	const char	*state = jval_get_str(doc, "state", "");

	return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

enum err
remote_wait(const struct remote *r, const char *id, const char *of,
    struct progress *p, struct jval **out, struct diag *d)
{
	struct follow	 f = { .p = p };
	struct jval	*doc = NULL;
	char		 path[PATH_QUERY_MAX];
	int64_t		 since = 0;
	enum err	 e;

	for (;;) {
		snprintf(path, sizeof(path), "/validate/status?job_id=%s&"
		    "wait=" WAIT_S "&since=%" PRId64, id, since);
		if ((e = remote_ask(r, path, NULL, NULL, &doc, d)) != ERR_OK)
			break;
		show(&f, of, doc);
		if (over(doc))
			break;
		since = jval_get_int(doc, "revision", 0);
		jval_free(doc);
		doc = NULL;
	}
	free(f.line);
	free(f.ended);
	*out = doc;
	return e;
}
