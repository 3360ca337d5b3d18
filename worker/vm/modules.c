#include "worker/vm/modules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"

/* A generic Debian kernel: 4,300 modules, 700 KB of modules.dep. */
#define DEP_FILE_MAX	(16 * 1024 * 1024)
#define DEP_LEVEL_MAX	32

struct	module {
	char	*path;	/* into modules.text */
	char	*deps;	/* into modules.text: paths with blanks between */
	bool	 picked;
};

struct	modules {
	char		 *dir;
	char		 *text;
	struct module	 *all;
	size_t		  n;
	struct module	**picked;
	size_t		  npicked;
};

static enum err
split_lines(struct modules *m)
{
	char	*line, *next = m->text, *colon;
	size_t	 lines = 1;

	for (const char *p = m->text; *p != '\0'; p++)
		lines += *p == '\n';
	m->all = calloc(lines, sizeof(*m->all));
	m->picked = calloc(lines, sizeof(*m->picked));
	if (m->all == NULL || m->picked == NULL)
		return ERR_NOMEM;
	while ((line = strsep(&next, "\n")) != NULL) {
		if ((colon = strchr(line, ':')) == NULL)
			continue;
		*colon = '\0';
		m->all[m->n].path = line;
		m->all[m->n++].deps = colon + 1;
	}
	return ERR_OK;
}

enum err
modules_parse(const char *text, struct modules **out)
{
	struct modules	*m = calloc(1, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	if ((m->text = strdup(text)) == NULL || split_lines(m) != ERR_OK) {
		modules_free(m);
		return ERR_NOMEM;
	}
	*out = m;
	return ERR_OK;
}

enum err
modules_load(const char *dir, struct modules **out, struct diag *d)
{
	struct buf	 b = BUF_INIT(DEP_FILE_MAX);
	struct modules	*m = NULL;
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), dir, "modules.dep", NULL)) !=
	    ERR_OK || (e = fsio_read(path, &b, d)) != ERR_OK ||
	    (e = modules_parse(buf_str(&b), &m)) != ERR_OK)
		goto out;
	if ((m->dir = strdup(dir)) == NULL) {
		modules_free(m);
		e = ERR_NOMEM;
		goto out;
	}
	*out = m;
out:
	buf_clear(&b);
	return e;
}

void
modules_free(struct modules *m)
{
	if (m == NULL)
		return;
	free(m->dir);
	free(m->text);
	free(m->all);
	free(m->picked);
	free(m);
}

/* Is "path" the file of module "name"?  kernel/net/x-y.ko is "x_y". */
static bool
names(const char *path, const char *name)
{
	const char	*base = strrchr(path, '/');
	size_t		 i;

	base = base == NULL ? path : base + 1;
	for (i = 0; name[i] != '\0'; i++) {
		char	 a = base[i] == '-' ? '_' : base[i];
		char	 b = name[i] == '-' ? '_' : name[i];

		if (a != b)
			return false;
	}
	return strcmp(base + i, ".ko") == 0;
}

static struct module *
by_path(struct modules *m, const char *path, size_t len)
{
	for (size_t i = 0; i < m->n; i++)
		if (strncmp(m->all[i].path, path, len) == 0 &&
		    m->all[i].path[len] == '\0')
			return &m->all[i];
	return NULL;
}

static void
pick(struct modules *m, struct module *mod, int level)
{
	struct module	*dep;
	const char	*p = mod->deps;
	size_t		 len;

	if (mod->picked || level > DEP_LEVEL_MAX)
		return;
	mod->picked = true;
	for (p += strspn(p, " "); *p != '\0'; p += strspn(p, " ")) {
		len = strcspn(p, " ");
		if ((dep = by_path(m, p, len)) != NULL)
			pick(m, dep, level + 1);
		p += len;
	}
	m->picked[m->npicked++] = mod;
}

bool
modules_pick(struct modules *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (names(m->all[i].path, name)) {
			pick(m, &m->all[i], 0);
			return true;
		}
	return false;
}

size_t
modules_count(const struct modules *m)
{
	return m->npicked;
}

const char *
modules_path(const struct modules *m, size_t i)
{
	return i < m->npicked ? m->picked[i]->path : NULL;
}

const char *
modules_deps(const struct modules *m, size_t i)
{
	return i < m->npicked ? m->picked[i]->deps : "";
}

bool
modules_has(const struct modules *m, const char *name)
{
	for (size_t i = 0; i < m->npicked; i++)
		if (names(m->picked[i]->path, name))
			return true;
	return false;
}

const char *
modules_dir(const struct modules *m)
{
	return m->dir;
}

void
modules_names(const struct modules *m, struct buf *out)
{
	const char	*base;
	size_t		 len;

	for (size_t i = 0; i < m->n; i++) {
		base = strrchr(m->all[i].path, '/');
		base = base == NULL ? m->all[i].path : base + 1;
		len = strcspn(base, ".");
		for (size_t k = 0; k < len; k++)
			buf_addf(out, "%c", base[k] == '-' ? '_' : base[k]);
		buf_addf(out, "\n");
	}
}
