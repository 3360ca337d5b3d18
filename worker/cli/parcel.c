#include "worker/cli/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
open_file(const char *path, int *fd, struct diag *d)
{
	struct stat	 st;

	/* Not on a pipe or a terminal: it would wait for ever. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd == -1)
		return diag_errno(d, "cannot read %s", path);
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		return ERR_OK;
	close(*fd);
	*fd = -1;
	return diag_set(d, ERR_INVAL, NULL, "%s is %s", path,
	    S_ISREG(st.st_mode) ? "empty" : "not a regular file");
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
			return diag_errno(d, "cannot read a file");
		if (n == 0)
			return object_seal(o, d);
		if ((e = object_add(o, chunk, (size_t)n, d)) != ERR_OK)
			return e;
	}
}

static enum err
new_object(struct parcel *p, struct object **o, struct diag *d)
{
	enum err	 e;

	if (p->n == sizeof(p->o) / sizeof(p->o[0]))
		return diag_set(d, ERR_TOOBIG, NULL, "a job may have at most "
		    "%d files", JOB_INPUTS_MAX);
	if ((e = object_new(p->workdir, p->max, o, d)) == ERR_OK)
		p->o[p->n++] = *o;
	return e;
}

enum err
parcel_file(struct parcel *p, const char *path, const struct object **out,
    struct diag *d)
{
	struct object	*o = NULL;
	int		 fd = -1;
	enum err	 e;

	if ((e = open_file(path, &fd, d)) == ERR_OK &&
	    (e = new_object(p, &o, d)) == ERR_OK &&
	    (e = copy_in(fd, o, d)) == ERR_OK)
		*out = o;
	if (fd != -1)
		close(fd);
	return e;
}

static enum err
add_row(struct parcel *p, const char *kind, const char *basename,
    const struct object *o, struct diag *d)
{
	if (p->nin == JOB_INPUTS_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "a job may have at most "
		    "%d files", JOB_INPUTS_MAX);
	p->in[p->nin++] = (struct job_input_new){ kind, object_sha256(o),
	    object_size(o), basename };
	return ERR_OK;
}

enum err
parcel_is_input(struct parcel *p, const char *kind, const struct object *o,
    const char *basename, struct diag *d)
{
	return add_row(p, kind, basename, o, d);
}

enum err
parcel_add_file(struct parcel *p, const char *kind, const char *path,
    const char *basename, struct diag *d)
{
	const struct object	*o = NULL;
	enum err		 e = parcel_file(p, path, &o, d);

	return e == ERR_OK ? add_row(p, kind, basename, o, d) : e;
}

enum err
parcel_add_bytes(struct parcel *p, const char *kind, const void *data,
    size_t len, const char *basename, struct diag *d)
{
	struct object	*o = NULL;
	enum err	 e;

	if ((e = new_object(p, &o, d)) == ERR_OK &&
	    (e = object_add(o, data, len, d)) == ERR_OK &&
	    (e = object_seal(o, d)) == ERR_OK)
		e = add_row(p, kind, basename, o, d);
	return e;
}

void
parcel_clear(struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++)
		object_free(p->o[i]);
	p->n = p->nin = 0;
}
