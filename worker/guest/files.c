#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "wire.h"

#define NAME_BYTES	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"0123456789._+-"

static enum err
bad(struct diag *d, const char *head)
{
	return diag_set(d, ERR_PROTO, NULL, "\"%.200s\" is no file for this "
	    "guest", head);
}

/* "lib/libelf.so.1": a known folder and one plain name. */
static int
name_ok(const char *name)
{
	static const char *const folders[] = { "bin/", "lib/", "input/" };
	const char	*base = NULL;
	size_t		 i, n;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		n = strlen(folders[i]);
		if (strncmp(name, folders[i], n) == 0)
			base = name + n;
	}
	return base != NULL && base[0] != '\0' && base[0] != '.' &&
	    base[strspn(base, NAME_BYTES)] == '\0' && strlen(base) < NAME_MAX;
}

/* Makes the folders of an absolute path, without its last part. */
static void
make_parents(const char *path)
{
	char	 dir[PATH_MAX], *p;

	snprintf(dir, sizeof(dir), "%s", path);
	for (p = strchr(dir + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(dir, 0755);
		*p = '/';
	}
}

/* Where a program says its dynamic loader is. */
static void
make_link(const char *link, const char *path)
{
	if (access(link, F_OK) == 0)
		return;
	make_parents(link);
	if (symlink(path, link) == -1)
		fprintf(stderr, "bpfcompat-validator: cannot link %s: %s\n",
		    link, strerror(errno));
}

static enum err
files_begin(void *arg, const char *head, struct diag *d)
{
	struct files	*f = arg;
	char		 copy[WIRE_FILE_HEAD_MAX + 1], path[PATH_MAX];
	char		*rest = copy, *mode, *name, *end;
	unsigned long	 bits;
	enum err	 e;

	if ((e = files_done(f, d)) != ERR_OK)
		return e;
	snprintf(copy, sizeof(copy), "%s", head);
	mode = strsep(&rest, " ");
	name = strsep(&rest, " ");
	bits = strtoul(mode, &end, 8);
	if (*end != '\0' || end == mode || bits > 0777 || name == NULL ||
	    !name_ok(name) || (rest != NULL && rest[0] != '/'))
		return bad(d, head);
	snprintf(path, sizeof(path), WIRE_FILES_ROOT "/%s", name);
	make_parents(path);
	f->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, (mode_t)bits);
	if (f->fd == -1)
		return diag_errno(d, "cannot write %s", name);
	if (rest != NULL)
		make_link(rest, path);
	if (name[0] == 'b' && f->bin[0] == '\0')
		snprintf(f->bin, sizeof(f->bin), "%.280s", path);
	if (name[0] == 'i' && f->input[0] == '\0')
		snprintf(f->input, sizeof(f->input), "%.280s", path);
	return ERR_OK;
}

static enum err
files_bytes(void *arg, const void *p, size_t len, struct diag *d)
{
	struct files	*f = arg;

	if (len > 0 && write_all(f->fd, p, len) != ERR_OK)
		return diag_errno(d, "cannot write a file of the command");
	return ERR_OK;
}

struct wire_files
files_sink(struct files *f)
{
	return (struct wire_files){ files_begin, files_bytes, f };
}

enum err
files_done(struct files *f, struct diag *d)
{
	int	 fd = f->fd;

	f->fd = -1;
	if (fd != -1 && close(fd) == -1)
		return diag_errno(d, "cannot write a file of the command");
	return ERR_OK;
}

void
files_enter(const struct files *f)
{
	const char	*path = getenv("PATH");
	char		 text[PATH_MAX];

	mkdir(WIRE_FILES_ROOT, 0755);
	snprintf(text, sizeof(text), WIRE_FILES_ROOT "/bin:%s",
	    path == NULL ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
	setenv("PATH", text, 1);
	if (access(WIRE_FILES_ROOT "/lib", F_OK) == 0)
		setenv("LD_LIBRARY_PATH", WIRE_FILES_ROOT "/lib", 1);
	setenv("BPFCOMPAT_REMOTE_ROOT", WIRE_FILES_ROOT, 1);
	setenv("BPFCOMPAT_ARTIFACT", f->input, 1);
	setenv("BPFCOMPAT_BIN", f->bin, 1);
	if (chdir(WIRE_FILES_ROOT) == -1)
		perror("bpfcompat-validator: " WIRE_FILES_ROOT);
}
