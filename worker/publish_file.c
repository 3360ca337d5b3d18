#include "worker/publish_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hash.h"

/* Lines are gathered into writes of about this size. */
#define GATHER		((size_t)128 * 1024)
#define GATHER_MAX	((size_t)4 * 1024 * 1024)

struct	publish_file {
	enum publish_mode	 mode;
	char			 path[PATH_MAX];
	char			 tmp[PATH_MAX + 8];	/* PUBLISH_REBUILD */
	char			 aside[PATH_MAX + 32];
	int			 fd;		/* -1: there is no file */
	int64_t			 size;		/* when it was opened */
	int64_t			 pos;		/* right so far, on disk */
	int64_t			 lines;
	struct buf		 out;		/* not written yet */
	const char		*problem;
	int64_t			 problem_line;
};

void
publish_file_free(struct publish_file *f)
{
	if (f == NULL)
		return;
	if (f->fd != -1)
		close(f->fd);
	if (f->tmp[0] != '\0')
		unlink(f->tmp);
	buf_clear(&f->out);
	free(f);
}

/* A failed write leaves no part of a line behind. */
static enum err
flush(struct publish_file *f, struct diag *d)
{
	enum err	 e;

	if ((e = buf_err(&f->out)) != ERR_OK || f->out.len == 0)
		return e;
	if (lseek(f->fd, (off_t)f->pos, SEEK_SET) == -1 ||
	    (e = fsio_write_all(f->fd, f->out.data, f->out.len)) != ERR_OK) {
		e = diag_errno(d, "cannot write %s", f->path);
		(void)!ftruncate(f->fd, (off_t)f->pos);
		return e;
	}
	f->pos += (int64_t)f->out.len;
	f->size = f->pos;
	buf_reset(&f->out);
	return ERR_OK;
}

/* Keeps what is there under another name and cuts the file to "pos". */
static enum err
set_aside(struct publish_file *f, struct diag *d)
{
	char	 sha[SHA256_HEX_SIZE];
	enum err e;

	if ((e = sha256_file(f->path, sha)) != ERR_OK)
		return diag_set(d, e, NULL, "cannot read %s", f->path);
	snprintf(f->aside, sizeof(f->aside), "%s.aside-%.12s", f->path, sha);
	if ((e = fsio_copy(f->path, f->aside, FSIO_FILE_MODE, d)) != ERR_OK)
		return e;
	if (ftruncate(f->fd, (off_t)f->pos) == -1)
		return diag_errno(d, "cannot cut %s", f->path);
	f->size = f->pos;
	return ERR_OK;
}

/* Is the place to go on at the beginning of a line? */
static bool
ends_in_line(const struct publish_file *f)
{
	char	 c = '\n';

	return f->pos == 0 || (f->pos <= f->size &&
	    pread(f->fd, &c, 1, (off_t)f->pos - 1) == 1 && c == '\n');
}

enum err
publish_file_open(const char *path, mode_t mode, enum publish_mode how,
    int64_t from, struct publish_file **out, struct diag *d)
{
	struct publish_file	*f = calloc(1, sizeof(*f));
	struct stat		 st;
	const char		*open_path = path;
	int			 flags = how == PUBLISH_CHECK ? O_RDONLY :
				    O_RDWR | O_CREAT;

	if (f == NULL)
		return ERR_NOMEM;
	f->mode = how;
	f->pos = how == PUBLISH_APPEND ? from : 0;
	buf_init(&f->out, GATHER_MAX);
	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->tmp, sizeof(f->tmp), "%s.new", path);
	if (how == PUBLISH_REBUILD) {
		open_path = f->tmp;
		flags |= O_TRUNC;
	} else {
		/* What a killed publisher has begun. */
		if (how == PUBLISH_APPEND)
			unlink(f->tmp);
		f->tmp[0] = '\0';
	}
	f->fd = open(open_path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
	if (f->fd == -1 && (how != PUBLISH_CHECK || errno != ENOENT)) {
		diag_errno(d, "cannot open %s", open_path);
		free(f);
		return ERR_IO;
	}
	if (f->fd != -1 && fstat(f->fd, &st) == 0)
		f->size = st.st_size;
	if (!ends_in_line(f)) {
		/* Not ours any more, but somebody may want it. */
		if ((f->pos = f->size) > 0)
			(void)set_aside(f, NULL);
		publish_file_free(f);
		return diag_set(d, ERR_WRONGSTATE, NULL, "%s has no line that "
		    "ends where what was published ends", path);
	}
	*out = f;
	return ERR_OK;
}

/* How much of the line is at "pos" already; -1 when something else is. */
static int64_t
already(const struct publish_file *f, const char *line, size_t len)
{
	char	 chunk[64 * 1024];
	size_t	 at = 0, n;
	ssize_t	 got;

	while (at < len && f->pos + (int64_t)at < f->size) {
		n = len - at < sizeof(chunk) ? len - at : sizeof(chunk);
		got = pread(f->fd, chunk, n, (off_t)(f->pos + (int64_t)at));
		if (got <= 0)
			break;
		if (memcmp(chunk, line + at, (size_t)got) != 0)
			return -1;
		at += (size_t)got;
	}
	return (int64_t)at;
}

static void
problem(struct publish_file *f, const char *code)
{
	if (f->problem == NULL) {
		f->problem = code;
		f->problem_line = f->lines;
	}
}

static void
compare(struct publish_file *f, const char *line, size_t len)
{
	int64_t	 n = f->fd == -1 ? 0 : already(f, line, len);

	if (n != (int64_t)len)
		problem(f, f->fd == -1 ? "file_missing" : n == -1 ?
		    "file_differs" : "file_too_short");
	f->pos += (int64_t)len;
}

enum err
publish_file_line(struct publish_file *f, const char *line, size_t len,
    struct diag *d)
{
	int64_t	 n;
	enum err e;

	f->lines++;
	if (f->mode == PUBLISH_CHECK) {
		if (f->problem == NULL)
			compare(f, line, len);
		return ERR_OK;
	}
	if (f->pos < f->size && f->out.len == 0) {
		n = already(f, line, len);
		if (n == (int64_t)len) {
			f->pos += n;
			return ERR_OK;
		}
		if (n == -1 && (e = set_aside(f, d)) != ERR_OK)
			return e;
		/* A torn line: its rest is written with the whole. */
	}
	if (f->out.len > 0 && f->out.len + len > GATHER &&
	    (e = flush(f, d)) != ERR_OK)
		return e;
	return buf_add(&f->out, line, len);
}

enum err
publish_file_done(struct publish_file *f, int64_t *bytes, struct diag *d)
{
	enum err	 e;

	if (f->mode == PUBLISH_CHECK) {
		if (f->problem == NULL && f->size > f->pos) {
			f->lines++;
			problem(f, "file_too_long");
		}
		*bytes = f->pos;
		return ERR_OK;
	}
	if ((e = flush(f, d)) != ERR_OK)
		return e;
	if (f->size > f->pos && (e = set_aside(f, d)) != ERR_OK)
		return e;
	if (fsync(f->fd) == -1)
		return diag_errno(d, "cannot sync %s", f->path);
	if (f->tmp[0] != '\0') {
		if (rename(f->tmp, f->path) == -1)
			return diag_errno(d, "cannot rename %s", f->tmp);
		f->tmp[0] = '\0';
	}
	*bytes = f->pos;
	return ERR_OK;
}

int64_t
publish_file_length(const struct publish_file *f)
{
	return f->pos < f->size ? -1 : f->pos + (int64_t)f->out.len;
}

const char *
publish_file_problem(const struct publish_file *f, int64_t *line)
{
	*line = f->problem_line;
	return f->problem;
}

const char *
publish_file_aside(const struct publish_file *f)
{
	return f->aside[0] == '\0' ? NULL : f->aside;
}
