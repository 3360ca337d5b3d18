#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/timefmt.h"

enum err
path_join(char *out, size_t size, ...)
{
	va_list		 ap;
	const char	*part;
	size_t		 len = 0;
	int		 n;

	va_start(ap, size);
	while ((part = va_arg(ap, const char *)) != NULL) {
		n = snprintf(out + len, size - len, "%s%s",
		    len > 0 && out[len - 1] != '/' ? "/" : "", part);
		if (n < 0 || (size_t)n >= size - len) {
			va_end(ap);
			return ERR_TOOBIG;
		}
		len += (size_t)n;
	}
	va_end(ap);
	return ERR_OK;
}

bool
path_name_ok(const char *name)
{
	static const char	 ok[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";
	size_t			 n = strlen(name);

	return n >= 1 && n <= 128 && name[0] != '.' && strspn(name, ok) == n;
}

enum err
fsio_read(const char *path, struct buf *b, struct diag *d)
{
	char		 chunk[16 * 1024];
	ssize_t		 n;
	int		 fd;
	enum err	 e = ERR_OK;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return diag_errno(d, "cannot open %s", path);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			e = diag_errno(d, "cannot read %s", path);
			break;
		}
		if ((e = buf_add(b, chunk, (size_t)n)) != ERR_OK) {
			diag_set(d, e, NULL, "%s is larger than the limit of "
			    "%zu bytes", path, b->max);
			break;
		}
	}
	close(fd);
	return e;
}

enum err
fsio_write_all(int fd, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return err_from_errno(errno);
		}
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* The name of a temporary neighbour of "path". */
static enum err
temp_name(const char *path, char *out, size_t size)
{
	char	 tag[17];
	int	 n;

	rnd_hex(8, tag);
	n = snprintf(out, size, "%s.tmp-%s", path, tag);
	return n < 0 || (size_t)n >= size ? ERR_TOOBIG : ERR_OK;
}

enum err
fsio_write_atomic(const char *path, const void *data, size_t len,
    mode_t mode, struct diag *d)
{
	char		 tmp[4096];
	int		 fd;
	enum err	 e;

	if ((e = temp_name(path, tmp, sizeof(tmp))) != ERR_OK)
		return diag_set(d, e, NULL, "path too long: %s", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd == -1)
		return diag_errno(d, "cannot create %s", tmp);
	if ((e = fsio_write_all(fd, data, len)) != ERR_OK)
		e = diag_errno(d, "cannot write %s", tmp);
	else if (fsync(fd) == -1)
		e = diag_errno(d, "cannot sync %s", tmp);
	close(fd);
	if (e == ERR_OK && rename(tmp, path) == -1)
		e = diag_errno(d, "cannot rename %s to %s", tmp, path);
	if (e != ERR_OK)
		unlink(tmp);
	return e;
}

static enum err
copy_bytes(int in, int out)
{
	char		 chunk[64 * 1024];
	ssize_t		 n;
	enum err	 e;

	while ((n = read(in, chunk, sizeof(chunk))) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return err_from_errno(errno);
		}
		if ((e = fsio_write_all(out, chunk, (size_t)n)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
fsio_copy(const char *from, const char *to, mode_t mode, struct diag *d)
{
	char		 tmp[4096];
	int		 in = -1, out = -1;
	enum err	 e;

	if ((e = temp_name(to, tmp, sizeof(tmp))) != ERR_OK)
		return diag_set(d, e, NULL, "path too long: %s", to);
	if ((in = open(from, O_RDONLY | O_CLOEXEC)) == -1)
		return diag_errno(d, "cannot open %s", from);
	out = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (out == -1) {
		e = diag_errno(d, "cannot create %s", tmp);
		goto out;
	}
	if (copy_bytes(in, out) != ERR_OK || fsync(out) == -1 ||
	    rename(tmp, to) == -1) {
		e = diag_errno(d, "cannot copy %s to %s", from, to);
		unlink(tmp);
	}
out:
	close(in);
	if (out != -1)
		close(out);
	return e;
}

enum err
fsio_mkdirs(const char *path, struct diag *d)
{
	char		 p[4096];
	size_t		 len = strlen(path);

	if (len == 0 || len >= sizeof(p))
		return diag_set(d, ERR_TOOBIG, NULL, "bad path: %s", path);
	memcpy(p, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (p[i] != '/' && p[i] != '\0')
			continue;
		char	 c = p[i];

		p[i] = '\0';
		if (mkdir(p, FSIO_DIR_MODE) == -1 && errno != EEXIST)
			return diag_errno(d, "cannot create folder %s", p);
		p[i] = c;
	}
	return ERR_OK;
}

static int
rm_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

enum err
fsio_rmtree(const char *path, struct diag *d)
{
	if (nftw(path, rm_one, 16, FTW_DEPTH | FTW_PHYS) == -1 &&
	    errno != ENOENT)
		return diag_errno(d, "cannot remove %s", path);
	return ERR_OK;
}

bool
fsio_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum err
fsio_lock(const char *path, int wait_ms, int *lock_fd, struct diag *d)
{
	int64_t		 deadline = time_mono_ms() + wait_ms;
	/* flock(2) has no timed form; 20 ms keeps a waiter cheap. */
	struct timespec	 nap = { 0, 20 * 1000 * 1000 };
	int		 fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FSIO_FILE_MODE);
	if (fd == -1)
		return diag_errno(d, "cannot open lock %s", path);
	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			enum err e = diag_errno(d, "cannot lock %s", path);

			close(fd);
			return e;
		}
		if (time_left_ms(deadline) == 0) {
			close(fd);
			return diag_set(d, ERR_BUSY, NULL,
			    "%s is locked by another process", path);
		}
		nanosleep(&nap, NULL);
	}
	*lock_fd = fd;
	return ERR_OK;
}

void
fsio_unlock(int lock_fd)
{
	if (lock_fd != -1)
		close(lock_fd);
}
