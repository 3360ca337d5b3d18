#include "worker/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static enum err
open_below(int dir, const char *rel, int flags, int *out)
{
	struct open_how	 how = { .flags = (unsigned)(O_RDONLY | O_CLOEXEC |
			    O_NOCTTY | O_NONBLOCK | flags),
			    .resolve = RESOLVE_BENEATH |
			    RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	int		 fd;

	fd = (int)syscall(SYS_openat2, dir, rel, &how, sizeof(how));
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOTFOUND :
		    errno == ELOOP || errno == EXDEV ? ERR_DENIED :
		    err_from_errno(errno);
	*out = fd;
	return ERR_OK;
}

enum err
import_open(int dir, const char *rel, int *out)
{
	struct stat	 st;
	enum err	 e;
	int		 fd;

	if ((e = open_below(dir, rel, 0, &fd)) != ERR_OK)
		return e;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_DENIED;
	}
	*out = fd;
	return ERR_OK;
}

enum err
import_folder_open(int dir, const char *rel, int *out)
{
	return open_below(dir, rel, O_DIRECTORY, out);
}

static ssize_t
read_some(int fd, void *p, size_t len)
{
	ssize_t	 n;

	do
		n = read(fd, p, len);
	while (n == -1 && errno == EINTR);
	return n;
}

enum err
import_read(int dir, const char *rel, struct buf *b)
{
	char	 chunk[64 * 1024];
	ssize_t	 n = 0;
	enum err e;
	int	 fd;

	if ((e = import_open(dir, rel, &fd)) != ERR_OK)
		return e;
	while (e == ERR_OK && (n = read_some(fd, chunk, sizeof(chunk))) > 0)
		e = buf_add(b, chunk, (size_t)n);
	close(fd);
	return e == ERR_OK && n == -1 ? ERR_IO : e;
}

/* A line under way, in pieces. */
struct	gather {
	struct buf	 line;
	bool		 too_long;
	int64_t		 no;
	import_line_fn	 fn;
	void		*arg;
};

static void
add(struct gather *g, const char *p, size_t len)
{
	if (!g->too_long && buf_add(&g->line, p, len) == ERR_TOOBIG)
		g->too_long = true;
}

static enum err
end_line(struct gather *g)
{
	const char	*p = buf_str(&g->line);
	enum err	 e = ERR_OK;

	g->no++;
	if (g->too_long)
		e = g->fn(NULL, 0, g->no, g->arg);
	else if (buf_err(&g->line) != ERR_OK)
		e = buf_err(&g->line);
	else if (strspn(p, " \t\r") < g->line.len)
		e = g->fn(p, g->line.len, g->no, g->arg);
	buf_reset(&g->line);
	g->too_long = false;
	return e;
}

enum err
import_lines(int fd, size_t max, import_line_fn fn, void *arg)
{
	struct gather	 g = { .fn = fn, .arg = arg };
	char		 chunk[64 * 1024], *at, *nl;
	size_t		 left;
	ssize_t		 n = 0;
	enum err	 e = ERR_OK;

	buf_init(&g.line, max);
	while (e == ERR_OK && (n = read_some(fd, chunk, sizeof(chunk))) > 0) {
		at = chunk;
		left = (size_t)n;
		while (e == ERR_OK && (nl = memchr(at, '\n', left)) != NULL) {
			add(&g, at, (size_t)(nl - at));
			left -= (size_t)(nl - at) + 1;
			at = nl + 1;
			e = end_line(&g);
		}
		if (e == ERR_OK && left > 0)
			add(&g, at, left);
	}
	if (e == ERR_OK && n == -1)
		e = ERR_IO;
	if (e == ERR_OK && (g.line.len > 0 || g.too_long))
		e = end_line(&g);
	buf_clear(&g.line);
	return e;
}
