#include "worker/cli/elfdeps.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

/* A dynamic section has some thirty entries; segments are about a dozen. */
#define DYNAMIC_MAX	512
#define SEGMENTS_MAX	64
#define NAME_LEN	256
#define RUNPATH_LEN	2048
#define NEEDED_MAX	64

/* One file, as far as its dependencies go. */
struct	elf {
	int		 fd;
	Elf64_Phdr	 seg[SEGMENTS_MAX];
	size_t		 nseg;
	Elf64_Dyn	 dyn[DYNAMIC_MAX];
	size_t		 ndyn;
	uint64_t	 strings;	/* offset of the string table */
};

/* --- reading ---------------------------------------------------------------- */

static bool
read_at(int fd, void *p, size_t n, uint64_t at)
{
	return at <= INT64_MAX && pread(fd, p, n, (off_t)at) == (ssize_t)n;
}

/* A text of at most "size" - 1 bytes; "" when there is none. */
static void
text_at(int fd, uint64_t at, char *out, size_t size)
{
	ssize_t	 n = at > INT64_MAX ? -1 : pread(fd, out, size - 1,
		    (off_t)at);

	out[n < 0 ? 0 : n] = '\0';
}

static bool
offset_of(const struct elf *e, uint64_t addr, uint64_t *offset)
{
	for (size_t i = 0; i < e->nseg; i++) {
		const Elf64_Phdr	*p = &e->seg[i];

		if (p->p_type == PT_LOAD && addr >= p->p_vaddr &&
		    addr - p->p_vaddr < p->p_filesz) {
			*offset = p->p_offset + (addr - p->p_vaddr);
			return true;
		}
	}
	return false;
}

static void
read_dynamic(struct elf *e)
{
	uint64_t	 at = 0, size = 0;

	for (size_t i = 0; i < e->nseg; i++)
		if (e->seg[i].p_type == PT_DYNAMIC) {
			at = e->seg[i].p_offset;
			size = e->seg[i].p_filesz / sizeof(Elf64_Dyn);
		}
	if (size > DYNAMIC_MAX)
		size = DYNAMIC_MAX;
	if (size == 0 || !read_at(e->fd, e->dyn, size * sizeof(Elf64_Dyn),
	    at))
		return;
	for (size_t i = 0; i < size && e->dyn[i].d_tag != DT_NULL; i++) {
		e->ndyn = i + 1;
		if (e->dyn[i].d_tag == DT_STRTAB &&
		    !offset_of(e, e->dyn[i].d_un.d_ptr, &e->strings))
			e->strings = 0;
	}
	if (e->strings == 0)
		e->ndyn = 0;
}

/* False: not an ELF file of this kind of machine at all. */
static bool
elf_open(const char *path, struct elf *e, bool *foreign)
{
	Elf64_Ehdr	 h;

	memset(e, 0, sizeof(*e));
	*foreign = false;
	if ((e->fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	if (!read_at(e->fd, &h, sizeof(h), 0) ||
	    memcmp(h.e_ident, ELFMAG, SELFMAG) != 0) {
		close(e->fd);
		return false;
	}
	if (h.e_ident[EI_CLASS] != ELFCLASS64 ||
	    h.e_ident[EI_DATA] != ELFDATA2LSB ||
	    (h.e_machine != EM_X86_64 && h.e_machine != EM_AARCH64)) {
		*foreign = true;
		close(e->fd);
		return false;
	}
	e->nseg = h.e_phnum > SEGMENTS_MAX ? SEGMENTS_MAX : h.e_phnum;
	if (h.e_phentsize != sizeof(Elf64_Phdr) || !read_at(e->fd, e->seg,
	    e->nseg * sizeof(Elf64_Phdr), h.e_phoff))
		e->nseg = 0;
	read_dynamic(e);
	return true;
}

static void
interpreter_of(const struct elf *e, char out[static NAME_LEN])
{
	out[0] = '\0';
	for (size_t i = 0; i < e->nseg; i++)
		if (e->seg[i].p_type == PT_INTERP &&
		    e->seg[i].p_filesz > 1 && e->seg[i].p_filesz < NAME_LEN)
			text_at(e->fd, e->seg[i].p_offset, out,
			    e->seg[i].p_filesz);
}

/* --- where libraries are ------------------------------------------------------- */

static const char *
last_part(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
is_elf(const char *path)
{
	struct elf	 e;
	bool		 foreign, ok = elf_open(path, &e, &foreign);

	if (ok)
		close(e.fd);
	return ok;
}

static bool
try_dir(const char *dir, size_t len, const char *name, char *out)
{
	return snprintf(out, PATH_MAX, "%.*s/%s", (int)len, dir, name) <
	    PATH_MAX && is_elf(out);
}

/* "$ORIGIN/../lib:/opt/x/lib", as the file at "owner" has it. */
static bool
try_runpath(const char *list, const char *owner, const char *name, char *out)
{
	static const char *const origin[] = { "$ORIGIN", "${ORIGIN}" };
	char	 dir[PATH_MAX];
	size_t	 n, skip;

	for (; *list != '\0'; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		skip = 0;
		for (size_t i = 0; i < 2; i++)
			if (strncmp(list, origin[i], strlen(origin[i])) == 0)
				skip = strlen(origin[i]);
		if (skip > n || n == 0)
			continue;
		if (skip > 0)
			snprintf(dir, sizeof(dir), "%.*s%.*s",
			    (int)(last_part(owner) - owner), owner,
			    (int)(n - skip), list + skip);
		else
			snprintf(dir, sizeof(dir), "%.*s", (int)n, list);
		if (try_dir(dir, strlen(dir), name, out))
			return true;
	}
	return false;
}

static bool
try_system(const char *name, char *out)
{
	static const char *const dirs[] = { "/usr/local/lib",
		"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
		"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
		"/lib64", "/usr/lib64", "/lib", "/usr/lib" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (try_dir(dirs[i], strlen(dirs[i]), name, out))
			return true;
	return false;
}

static bool
locate(const struct elf *e, const char *owner, const char *name, char *out)
{
	char	 list[RUNPATH_LEN];

	for (size_t i = 0; i < e->ndyn; i++) {
		if (e->dyn[i].d_tag != DT_RUNPATH &&
		    e->dyn[i].d_tag != DT_RPATH)
			continue;
		text_at(e->fd, e->strings + e->dyn[i].d_un.d_val, list,
		    sizeof(list));
		if (try_runpath(list, owner, name, out))
			return true;
	}
	return try_system(name, out);
}

/* --- the closure ----------------------------------------------------------------- */

static bool
has_name(char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(last_part(list[i]), name) == 0)
			return true;
	return false;
}

static enum err
add(struct elfdeps *deps, const char *path, struct diag *d)
{
	if (has_name(deps->path, deps->n, last_part(path)))
		return ERR_OK;
	if (deps->n == ELFDEPS_MAX)
		return diag_set(d, ERR_TOOBIG, "file", "the programs need "
		    "more than %d libraries", ELFDEPS_MAX);
	if ((deps->path[deps->n] = strdup(path)) == NULL)
		return ERR_NOMEM;
	deps->n++;
	return ERR_OK;
}

struct	search {
	char *const	*files;	/* given by the user: first choice */
	size_t		 nfiles;
	struct elfdeps	*deps;
	struct diag	*d;
};

static enum err
needs_of(struct search *s, const struct elf *e, const char *owner)
{
	char		 name[NAME_LEN], path[PATH_MAX];
	enum err	 err = ERR_OK;
	size_t		 n = 0;

	for (size_t i = 0; i < e->ndyn && err == ERR_OK; i++) {
		if (e->dyn[i].d_tag != DT_NEEDED || n++ == NEEDED_MAX)
			continue;
		text_at(e->fd, e->strings + e->dyn[i].d_un.d_val, name,
		    sizeof(name));
		if (has_name(s->files, s->nfiles, name) ||
		    has_name(s->deps->path, s->deps->n, name))
			continue;
		if (name[0] == '\0' || strchr(name, '/') != NULL ||
		    !locate(e, owner, name, path))
			return diag_set(s->d, ERR_NOTFOUND, "file", "%s "
			    "needs the library %s, which is not installed "
			    "here; install it or give its path too",
			    last_part(owner), name);
		err = add(s->deps, path, s->d);
	}
	return err;
}

static enum err
interpreter(struct search *s, const struct elf *e, const char *owner)
{
	char	 name[NAME_LEN];

	interpreter_of(e, name);
	if (name[0] == '\0')
		return ERR_OK;
	if (name[0] != '/' || !is_elf(name))
		return diag_set(s->d, ERR_NOTFOUND, "file", "%s wants the "
		    "dynamic loader %s, which is not installed here",
		    last_part(owner), name);
	if (s->deps->interpreter == NULL &&
	    (s->deps->interpreter = strdup(name)) == NULL)
		return ERR_NOMEM;
	return add(s->deps, name, s->d);
}

static enum err
one_file(struct search *s, const char *path, bool given)
{
	struct elf	*e = malloc(sizeof(*e));
	bool		 foreign;
	enum err	 err = ERR_OK;

	if (e == NULL)
		return ERR_NOMEM;
	if (elf_open(path, e, &foreign)) {
		if (given)
			err = interpreter(s, e, path);
		if (err == ERR_OK)
			err = needs_of(s, e, path);
		close(e->fd);
	} else if (foreign)
		err = diag_set(s->d, ERR_UNSUPPORTED, "file", "%s is a "
		    "program for another machine", path);
	free(e);
	return err;
}

enum err
elfdeps_find(char *const *files, size_t n, struct elfdeps *deps,
    struct diag *d)
{
	struct search	 s = { files, n, deps, d };
	enum err	 e = ERR_OK;

	memset(deps, 0, sizeof(*deps));
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = one_file(&s, files[i], true);
	/* The list grows while it is walked. */
	for (size_t i = 0; i < deps->n && e == ERR_OK; i++)
		e = one_file(&s, deps->path[i], false);
	return e;
}

void
elfdeps_clear(struct elfdeps *deps)
{
	for (size_t i = 0; i < deps->n; i++)
		free(deps->path[i]);
	free(deps->interpreter);
	memset(deps, 0, sizeof(*deps));
}
