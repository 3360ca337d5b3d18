#include "store/object.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"

#define OBJECTS	"objects/sha256"

struct	object {
	char		*workdir;
	int		 fd;
	int64_t		 size;
	int64_t		 max;
	struct sha256	*sum;		/* NULL once sealed */
	char		 hex[SHA256_HEX_SIZE];
	unsigned char	 head[OBJECT_HEAD];
	char		 tmp[PATH_MAX];	/* "" when the file has no name */
};

enum err
object_rel_path(const char *sha256, char *out, size_t size)
{
	int	 n;

	if (!hex_is_sha256(sha256))
		return ERR_INVAL;
	n = snprintf(out, size, OBJECTS "/%.2s/%s", sha256, sha256);
	return n < 0 || (size_t)n >= size ? ERR_TOOBIG : ERR_OK;
}

enum err
object_path(const char *workdir, const char *sha256, char *out, size_t size)
{
	char		 rel[128];
	enum err	 e;

	if ((e = object_rel_path(sha256, rel, sizeof(rel))) != ERR_OK)
		return e;
	return path_join(out, size, workdir, rel, NULL);
}

/*
 * A file without a name in WORKDIR/tmp, or, where the file system has no
 * such thing, one with a random name that object_free() removes.
 */
static enum err
open_tmp(struct object *o, struct diag *d)
{
	char		 dir[PATH_MAX], name[33];
	enum err	 e;

	if ((e = path_join(dir, sizeof(dir), o->workdir, "tmp", NULL)) !=
	    ERR_OK || (e = fsio_mkdirs(dir, d)) != ERR_OK)
		return e;
	o->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, FSIO_FILE_MODE);
	if (o->fd != -1)
		return ERR_OK;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		return diag_errno(d, "cannot create a temporary file");
	rnd_hex(16, name);
	if ((e = path_join(o->tmp, sizeof(o->tmp), dir, name, NULL)) != ERR_OK)
		return e;
	o->fd = open(o->tmp, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC,
	    FSIO_FILE_MODE);
	if (o->fd != -1)
		return ERR_OK;
	o->tmp[0] = '\0';
	return diag_errno(d, "cannot create a temporary file");
}

enum err
object_new(const char *workdir, int64_t max, struct object **out,
    struct diag *d)
{
	struct object	*o;
	enum err	 e;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return ERR_NOMEM;
	o->fd = -1;
	o->max = max;
	if ((o->workdir = strdup(workdir)) == NULL) {
		object_free(o);
		return ERR_NOMEM;
	}
	if ((e = sha256_new(&o->sum)) != ERR_OK ||
	    (e = open_tmp(o, d)) != ERR_OK) {
		object_free(o);
		return e;
	}
	*out = o;
	return ERR_OK;
}

enum err
object_add(struct object *o, const void *p, size_t n, struct diag *d)
{
	size_t		 k;
	enum err	 e;

	if (o->sum == NULL)
		return ERR_WRONGSTATE;
	if (n > (uint64_t)(o->max - o->size))
		return diag_set(d, ERR_TOOBIG, NULL,
		    "the file is larger than %lld bytes", (long long)o->max);
	if (o->size < OBJECT_HEAD) {
		k = OBJECT_HEAD - (size_t)o->size;
		memcpy(o->head + o->size, p, n < k ? n : k);
	}
	if ((e = fsio_write_all(o->fd, p, n)) != ERR_OK)
		return diag_errno(d, "cannot store the file");
	sha256_add(o->sum, p, n);
	o->size += (int64_t)n;
	return ERR_OK;
}

enum err
object_seal(struct object *o, struct diag *d)
{
	if (o->sum == NULL)
		return ERR_WRONGSTATE;
	if (fsync(o->fd) == -1)
		return diag_errno(d, "cannot store the file");
	sha256_hex(o->sum, o->hex);
	sha256_free(o->sum);
	o->sum = NULL;
	return ERR_OK;
}

const char *
object_sha256(const struct object *o)
{
	return o->hex;
}

int64_t
object_size(const struct object *o)
{
	return o->size;
}

bool
object_begins(const struct object *o, const void *p, size_t n)
{
	return n <= OBJECT_HEAD && (uint64_t)o->size >= n &&
	    memcmp(o->head, p, n) == 0;
}

enum err
object_read(const struct object *o, struct buf *b, struct diag *d)
{
	int64_t	 at = 0;
	ssize_t	 n;
	void	*p;

	while (at < o->size) {
		n = o->size - at > 65536 ? 65536 : (ssize_t)(o->size - at);
		if ((p = buf_reserve(b, (size_t)n)) == NULL)
			return buf_err(b);
		n = pread(o->fd, p, (size_t)n, at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return diag_errno(d, "cannot read an upload");
		buf_commit(b, (size_t)n);
		at += n;
	}
	return buf_err(b);
}

/* The name must survive a power cut as well as the row that refers to it. */
static enum err
sync_parent(const char *path, struct diag *d)
{
	char		 dir[PATH_MAX];
	enum err	 e = ERR_OK;
	int		 fd;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return diag_errno(d, "cannot store the file");
	if (fsync(fd) == -1)
		e = diag_errno(d, "cannot store the file");
	close(fd);
	return e;
}

/*
 * Something has the name already.  The name says what must be in it: what is
 * not that (a damaged disk, a planted file) is replaced.
 */
static enum err
check_there(const struct object *o, const char *from, const char *path,
    struct diag *d)
{
	char		 hex[SHA256_HEX_SIZE], aside[PATH_MAX + 40], rnd[33];
	enum err	 e;

	if (sha256_file(path, hex) == ERR_OK && strcmp(hex, o->hex) == 0)
		return ERR_OK;
	rnd_hex(16, rnd);
	snprintf(aside, sizeof(aside), "%s.%s", path, rnd);
	if (linkat(AT_FDCWD, from, AT_FDCWD, aside, AT_SYMLINK_FOLLOW) == -1)
		return diag_errno(d, "cannot store the file");
	if (rename(aside, path) == -1) {
		e = diag_errno(d, "cannot store the file");
		unlink(aside);
		return e;
	}
	return sync_parent(path, d);
}

enum err
object_publish(struct object *o, bool *created, struct diag *d)
{
	char		 path[PATH_MAX], from[PATH_MAX];
	enum err	 e;

	if (o->sum != NULL)
		return ERR_WRONGSTATE;
	if ((e = object_path(o->workdir, o->hex, path, sizeof(path))) !=
	    ERR_OK)
		return e;
	*strrchr(path, '/') = '\0';
	if ((e = fsio_mkdirs(path, d)) != ERR_OK)
		return e;
	path[strlen(path)] = '/';
	if (o->tmp[0] != '\0')
		snprintf(from, sizeof(from), "%s", o->tmp);
	else
		snprintf(from, sizeof(from), "/proc/self/fd/%d", o->fd);
	if (linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == -1) {
		if (errno != EEXIST)
			return diag_errno(d, "cannot store the file");
		*created = false;
		return check_there(o, from, path, d);
	}
	if ((e = sync_parent(path, d)) != ERR_OK) {
		unlink(path);
		return e;
	}
	*created = true;
	return ERR_OK;
}

void
object_unpublish(struct object *o)
{
	char	 path[PATH_MAX];

	if (object_path(o->workdir, o->hex, path, sizeof(path)) == ERR_OK)
		unlink(path);
}

enum err
objects_publish(struct object *const *o, size_t n, bool *created,
    struct diag *d)
{
	enum err	 e;

	memset(created, 0, n * sizeof(*created));
	for (size_t i = 0; i < n; i++) {
		e = object_publish(o[i], &created[i], d);
		if (e != ERR_OK) {
			objects_unpublish(o, i, created);
			return e;
		}
	}
	return ERR_OK;
}

void
objects_unpublish(struct object *const *o, size_t n, const bool *created)
{
	for (size_t i = 0; i < n; i++)
		if (created[i])
			object_unpublish(o[i]);
}

void
object_remove(const char *workdir, const char *sha256)
{
	char	 path[PATH_MAX];

	if (object_path(workdir, sha256, path, sizeof(path)) == ERR_OK)
		unlink(path);
}

void
object_free(struct object *o)
{
	if (o == NULL)
		return;
	if (o->fd != -1)
		close(o->fd);
	if (o->tmp[0] != '\0')
		unlink(o->tmp);
	sha256_free(o->sum);
	free(o->workdir);
	free(o);
}

enum err
object_lock(const char *workdir, int wait_ms, int *lock_fd, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), workdir, "objects", NULL)) !=
	    ERR_OK || (e = fsio_mkdirs(path, d)) != ERR_OK ||
	    (e = path_join(path, sizeof(path), workdir, "objects", "lock",
	    NULL)) != ERR_OK)
		return e;
	return fsio_lock(path, wait_ms, lock_fd, d);
}
