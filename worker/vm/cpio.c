#include "worker/vm/cpio.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"

#define CPIO_ALIGN	4
/* Largest single file; a validator with all its libraries is below 10 MB. */
#define CPIO_FILE_MAX	(128 * 1024 * 1024)

struct	cpio {
	struct buf	 *out;
	char		**dirs;	/* folders written so far */
	size_t		  ndirs;
	uint32_t	  ino;
};

struct	entry {
	const char	*name;
	mode_t		 mode;
	const void	*data;
	size_t		 len;
	unsigned	 major;
	unsigned	 minor;
};

enum err
cpio_new(struct buf *out, struct cpio **cp)
{
	struct cpio	*c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->out = out;
	*cp = c;
	return ERR_OK;
}

void
cpio_free(struct cpio *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->ndirs; i++)
		free(c->dirs[i]);
	free(c->dirs);
	free(c);
}

static void
pad(struct buf *b)
{
	static const char	 zero[CPIO_ALIGN];

	if (b->len % CPIO_ALIGN != 0)
		buf_add(b, zero, CPIO_ALIGN - b->len % CPIO_ALIGN);
}

static void
put(struct cpio *c, const struct entry *e)
{
	buf_addf(c->out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x"
	    "%08x%08x", c->ino++, (unsigned)e->mode, 0u, 0u, 1u, 0u,
	    (unsigned)e->len, 0u, 0u, e->major, e->minor,
	    (unsigned)strlen(e->name) + 1, 0u);
	buf_add(c->out, e->name, strlen(e->name) + 1);
	pad(c->out);
	buf_add(c->out, e->data, e->len);
	pad(c->out);
}

static bool
known_dir(const struct cpio *c, const char *name, size_t len)
{
	for (size_t i = 0; i < c->ndirs; i++)
		if (strncmp(c->dirs[i], name, len) == 0 &&
		    c->dirs[i][len] == '\0')
			return true;
	return false;
}

static void
add_dir(struct cpio *c, const char *name, size_t len, mode_t perm)
{
	char	**grown, *copy;

	if (known_dir(c, name, len))
		return;
	grown = reallocarray(c->dirs, c->ndirs + 1, sizeof(*grown));
	if (grown != NULL)
		c->dirs = grown;
	copy = strndup(name, len);
	if (grown == NULL || copy == NULL) {
		free(copy);
		c->out->err = ERR_NOMEM;
		return;
	}
	c->dirs[c->ndirs++] = copy;
	put(c, &(struct entry){ .name = copy, .mode = S_IFDIR | perm });
}

static void
add_parents(struct cpio *c, const char *name)
{
	for (const char *s = strchr(name, '/'); s != NULL;
	    s = strchr(s + 1, '/'))
		add_dir(c, name, (size_t)(s - name), 0755);
}

void
cpio_dir(struct cpio *c, const char *name, mode_t perm)
{
	add_parents(c, name);
	add_dir(c, name, strlen(name), perm);
}

void
cpio_file(struct cpio *c, const char *name, mode_t perm, const void *data,
    size_t len)
{
	if (len > CPIO_FILE_MAX) {
		c->out->err = ERR_TOOBIG;
		return;
	}
	add_parents(c, name);
	put(c, &(struct entry){ .name = name, .mode = S_IFREG | perm,
	    .data = data, .len = len });
}

void
cpio_link(struct cpio *c, const char *name, const char *target)
{
	add_parents(c, name);
	put(c, &(struct entry){ .name = name, .mode = S_IFLNK | 0777,
	    .data = target, .len = strlen(target) });
}

void
cpio_chardev(struct cpio *c, const char *name, mode_t perm, unsigned major,
    unsigned minor)
{
	add_parents(c, name);
	put(c, &(struct entry){ .name = name, .mode = S_IFCHR | perm,
	    .major = major, .minor = minor });
}

enum err
cpio_host_file(struct cpio *c, const char *name, mode_t perm,
    const char *path, struct diag *d)
{
	struct buf	 b = BUF_INIT(CPIO_FILE_MAX);
	enum err	 e = fsio_read(path, &b, d);

	if (e == ERR_OK)
		cpio_file(c, name, perm, b.data, b.len);
	buf_clear(&b);
	return e;
}

void
cpio_end(struct cpio *c)
{
	c->ino = 0;
	put(c, &(struct entry){ .name = "TRAILER!!!" });
}
