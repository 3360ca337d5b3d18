#include "stored.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "store/object.h"

/*
 * One name after the other, each opened below the one before and none of
 * them a link, so nothing leads out.  (openat2(2) would say the same in one
 * call; not every sandbox and checker lets it through.)  Takes "at".
 */
static int
walk(int at, const char *rel)
{
	char	 name[NAME_MAX + 1];
	size_t	 n;
	bool	 last = false;
	int	 fd;

	for (; at != -1 && !last; at = fd) {
		n = strcspn(rel, "/");
		last = rel[n] == '\0';
		fd = -1;
		if (n > 0 && n < sizeof(name)) {
			memcpy(name, rel, n);
			name[n] = '\0';
			if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
				fd = openat(at, name, O_NOFOLLOW | O_CLOEXEC |
				    (last ? O_RDONLY | O_NOCTTY | O_NONBLOCK :
				    O_PATH | O_DIRECTORY));
		}
		close(at);
		rel += last ? n : n + 1;
	}
	return at;
}

enum err
stored_open(const struct app *app, const char *folder, const char *rel,
    int *out, int64_t *size)
{
	char		 dir[PATH_MAX];
	struct stat	 st;
	int		 fd;
	enum err	 e;

	if ((e = path_join(dir, sizeof(dir), app->conf->workdir, folder,
	    NULL)) != ERR_OK)
		return e;
	fd = walk(open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), rel);
	if (fd == -1)
		return ERR_NOTFOUND;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_NOTFOUND;
	}
	*out = fd;
	*size = st.st_size;
	return ERR_OK;
}

/* Reads all of "fd" and leaves it at its beginning. */
static enum err
digest_of(int fd, int64_t size, char hex[static SHA256_HEX_SIZE])
{
	struct sha256	*sum = NULL;
	char		 chunk[64 * 1024];
	int64_t		 done = 0;
	ssize_t		 n;
	enum err	 e;

	if ((e = sha256_new(&sum)) != ERR_OK)
		return e;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		sha256_add(sum, chunk, (size_t)n);
		done += n;
	}
	sha256_hex(sum, hex);
	sha256_free(sum);
	if (n == -1 || lseek(fd, 0, SEEK_SET) == -1)
		return ERR_IO;
	return done == size ? ERR_OK : ERR_CORRUPT;
}

void
stored_name(struct reply *rp, const char *name)
{
	size_t	 i = 0;

	for (; name[i] != '\0' && i + 1 < sizeof(rp->filename); i++)
		rp->filename[i] = strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", name[i]) ==
		    NULL || (i == 0 && name[i] == '.') ? '_' : name[i];
	rp->filename[i] = '\0';
}

enum err
stored_object(const struct app *app, struct reply *rp, const char *sha256,
    const char *filename, struct diag *d)
{
	char		 rel[128], hex[SHA256_HEX_SIZE];
	int64_t		 size;
	int		 fd;
	enum err	 e;

	if (object_rel_path(sha256, rel, sizeof(rel)) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, NULL, "this is no digest");
	if ((e = stored_open(app, ".", rel, &fd, &size)) != ERR_OK)
		return diag_set(d, e, NULL, "the object %.12s is not kept "
		    "here any more", sha256);
	if ((e = digest_of(fd, size, hex)) == ERR_OK &&
	    strcmp(hex, sha256) != 0)
		e = ERR_CORRUPT;
	if (e != ERR_OK) {
		close(fd);
		return diag_set(d, e, NULL, "the stored object %.12s is "
		    "damaged: its bytes do not give its digest", sha256);
	}
	reply_file(rp, fd, size);
	rp->type = "application/octet-stream";
	rp->cache = CACHE_PRIVATE;
	rp->ranges = true;
	memcpy(rp->sha256, hex, sizeof(hex));
	reply_etag(rp, hex);
	stored_name(rp, filename);
	return ERR_OK;
}
