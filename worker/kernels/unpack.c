#include "worker/kernels/unpack.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"

/* Hundreds of MB on a slow, shared machine. */
#define TOOL_DEADLINE_MS	(30 * 60 * 1000)
#define SAID_MAX		(16 * 1024)
/* Arguments of one call, far below the limit of exec. */
#define BATCH			256

/* Runs a tool; its complaint is the error. */
static enum err
tool(const char *cwd, const char *const *argv, struct diag *d)
{
	struct proc_opts	 o = PROC_OPTS_INIT;
	struct buf		 said = BUF_INIT(SAID_MAX);
	int			 code = 0;
	enum err		 e;

	o.argv = argv;
	o.cwd = cwd;
	e = proc_run(&o, NULL, 0, NULL, &said,
	    time_mono_ms() + TOOL_DEADLINE_MS, &code, d);
	if (e == ERR_NOTFOUND)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "%s is missing; "
		    "install what build-aux/debian-packages.txt lists",
		    argv[0]);
	else if (e == ERR_OK && code != 0 &&
	    strstr(buf_str(&said), "No space left") != NULL)
		e = diag_set(d, ERR_NOSPACE, NULL, "the disk is full; free "
		    "some space or set BPFCOMPAT_KERNEL_DIR");
	else if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_CHILD, NULL, "%s failed: %.600s", argv[0],
		    buf_str(&said));
	buf_clear(&said);
	return e;
}

/* Moves the first of the candidates that is there. */
static enum err
take(const char *root, const char *const *from, const char *release,
    const char *to, bool *found, struct diag *d)
{
	char	 rel[PATH_MAX], path[PATH_MAX];

	*found = false;
	for (; *from != NULL; from++) {
		/* "%" stands for the release. */
		snprintf(rel, sizeof(rel), "%.*s%s%s",
		    (int)strcspn(*from, "%"), *from, release,
		    *from + strcspn(*from, "%") + 1);
		if (path_join(path, sizeof(path), root, rel, NULL) != ERR_OK)
			return diag_set(d, ERR_TOOBIG, NULL, "path too long");
		if (!fsio_exists(path))
			continue;
		if (rename(path, to) == -1)
			return diag_errno(d, "cannot move %s", rel);
		*found = true;
		return ERR_OK;
	}
	return ERR_OK;
}

/* Old layout, new layout, new layout on a system without merged /usr. */
static enum err
collect(const char *root, const char *out, const char *release, bool *modules,
    struct diag *d)
{
	static const char *const image[] = { "boot/vmlinuz-%",
		"usr/lib/modules/%/vmlinuz", "lib/modules/%/vmlinuz", NULL };
	static const char *const config[] = { "boot/config-%",
		"usr/lib/modules/%/config", "lib/modules/%/config", NULL };
	static const char *const tree[] = { "lib/modules/%",
		"usr/lib/modules/%", NULL };
	char		 to[PATH_MAX], dir[PATH_MAX];
	bool		 found;
	enum err	 e;

	path_join(dir, sizeof(dir), out, "lib/modules", NULL);
	if ((e = fsio_mkdirs(dir, d)) != ERR_OK)
		return e;
	path_join(to, sizeof(to), out, "vmlinuz", NULL);
	if ((e = take(root, image, release, to, &found, d)) != ERR_OK)
		return e;
	if (!found)
		return diag_set(d, ERR_UNSUPPORTED, NULL, "the packages of "
		    "%s hold no vmlinuz where it is known to lie", release);
	path_join(to, sizeof(to), out, "config", NULL);
	if ((e = take(root, config, release, to, &found, d)) != ERR_OK)
		return e;
	if (path_join(to, sizeof(to), dir, release, NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	return take(root, tree, release, to, modules, d);
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool
ends(const char *s, const char *end)
{
	size_t	 n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

struct	batch {
	const char	*argv[BATCH + 4];
	char		*path[BATCH];
	int		 n;
	int		 options;
};

static enum err
batch_run(struct batch *b, struct diag *d)
{
	enum err	 e = ERR_OK;

	if (b->n > 0) {
		for (int i = 0; i < b->n; i++)
			b->argv[b->options + i] = b->path[i];
		b->argv[b->options + b->n] = NULL;
		e = tool(NULL, b->argv, d);
	}
	for (int i = 0; i < b->n; i++)
		free(b->path[i]);
	b->n = 0;
	return e;
}

/*
 * Decompresses every file below "dir" whose name ends in "end" with
 * "program", in place.  *seen counts them.
 */
static enum err
decompress(const char *dir, const char *end, const char *program,
    const char *options, int *seen, struct diag *d)
{
	struct batch	 b = { .argv = { program, options, "--" },
			    .n = 0, .options = 3 };
	char *const	 roots[] = { (char *)(uintptr_t)dir, NULL };
	FTSENT		*ent;
	FTS		*fts;
	enum err	 e = ERR_OK;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (fts == NULL)
		return diag_errno(d, "cannot read the modules folder");
	while (e == ERR_OK && (ent = fts_read(fts)) != NULL) {
		if (ent->fts_info != FTS_F || !ends(ent->fts_name, end))
			continue;
		++*seen;
		if ((b.path[b.n] = strdup(ent->fts_path)) == NULL)
			e = ERR_NOMEM;
		else if (++b.n == BATCH)
			e = batch_run(&b, d);
	}
	fts_close(fts);
	if (e == ERR_OK)
		return batch_run(&b, d);
	for (int i = 0; i < b.n; i++)
		free(b.path[i]);
	return e;
}

static bool
has_module(const char *dir)
{
	char *const	 roots[] = { (char *)(uintptr_t)dir, NULL };
	FTSENT		*ent;
	FTS		*fts;
	bool		 found = false;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (fts == NULL)
		return false;
	while (!found && (ent = fts_read(fts)) != NULL)
		found = ent->fts_info == FTS_F && ends(ent->fts_name, ".ko");
	fts_close(fts);
	return found;
}

/* What the module tools and the guest do not need. */
static void
drop_extras(const char *tree)
{
	static const char *const names[] =
	    { "vmlinuz", "config", "System.map", "build", "source" };
	char	 path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (path_join(path, sizeof(path), tree, names[i], NULL) ==
		    ERR_OK)
			unlink(path);
}

/* In place, whatever the distribution packs with.  *n counts them. */
static enum err
decompress_all(const char *tree, int *n, struct diag *d)
{
	enum err	 e;

	if ((e = decompress(tree, ".ko.xz", "xz", "-dq", n, d)) != ERR_OK ||
	    (e = decompress(tree, ".ko.zst", "zstd", "-dq", n, d)) != ERR_OK)
		return e;
	return decompress(tree, ".ko.gz", "gzip", "-dq", n, d);
}

static enum err
modules(const struct unpack_job *j, const char *out, bool *has,
    struct diag *d)
{
	const char *const	 depmod[] =
	    { "depmod", "-b", out, j->release, NULL };
	char			 tree[PATH_MAX], lib[PATH_MAX];
	char			 dep[PATH_MAX];
	int			 n = 0;
	enum err		 e;

	if (path_join(tree, sizeof(tree), out, "lib/modules", j->release,
	    NULL) != ERR_OK || path_join(dep, sizeof(dep), tree,
	    "modules.dep", NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	path_join(lib, sizeof(lib), out, "lib", NULL);
	if (fsio_exists(tree)) {
		drop_extras(tree);
		if ((e = decompress_all(tree, &n, d)) != ERR_OK)
			return e;
	}
	j->step(j->arg, j->n + 1, j->n + 2);
	*has = has_module(tree);
	if (!*has)
		return fsio_rmtree(lib, d);
	if ((e = tool(NULL, depmod, d)) != ERR_OK)
		return e;
	return fsio_exists(dep) ? ERR_OK : diag_set(d, ERR_CHILD, NULL,
	    "depmod wrote no modules.dep");
}

enum err
unpack(const struct unpack_job *j, bool *has_modules, struct diag *d)
{
	char		 root[PATH_MAX], out[PATH_MAX];
	bool		 tree;
	enum err	 e;

	if (path_join(root, sizeof(root), j->work, "root", NULL) != ERR_OK ||
	    path_join(out, sizeof(out), j->work, "out", NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	for (int i = 0; i < j->n; i++) {
		const char *const	 argv[] =
		    { "dpkg-deb", "-x", j->deb[i], root, NULL };

		j->step(j->arg, i, j->n + 2);
		if ((e = tool(NULL, argv, d)) != ERR_OK)
			return e;
	}
	j->step(j->arg, j->n, j->n + 2);
	if ((e = collect(root, out, j->release, &tree, d)) != ERR_OK ||
	    (e = modules(j, out, has_modules, d)) != ERR_OK)
		return e;
	return fsio_rmtree(root, d);
}

/* The two files that describe the others. */
static bool
describes(const char *rel)
{
	return strcmp(rel, "kernel.json") == 0 ||
	    strcmp(rel, "files.sha256") == 0 || strcmp(rel, "damaged") == 0;
}

/*
 * Appends the lines for every file of "dir".  With "links" NULL a symbolic
 * link is removed, else it is counted there.
 */
static enum err
hash_tree(const char *dir, struct buf *lines, int64_t *bytes, int *links,
    struct diag *d)
{
	char *const	 roots[] = { (char *)(uintptr_t)dir, NULL };
	size_t		 skip = strlen(dir) + 1;
	char		 sha[SHA256_HEX_SIZE];
	FTSENT		*ent;
	FTS		*fts;
	enum err	 e = ERR_OK;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (fts == NULL)
		return diag_errno(d, "cannot read the kernel's folder");
	*bytes = 0;
	while (e == ERR_OK && (ent = fts_read(fts)) != NULL) {
		if (ent->fts_info == FTS_SL || ent->fts_info == FTS_SLNONE ||
		    ent->fts_info == FTS_DEFAULT) {
			if (links != NULL)
				++*links;
			else if (unlink(ent->fts_path) == -1)
				e = diag_errno(d, "cannot remove a link");
			continue;
		}
		if (ent->fts_info != FTS_F ||
		    describes(ent->fts_path + skip))
			continue;
		if (sha256_file(ent->fts_path, sha) != ERR_OK) {
			e = diag_errno(d, "cannot read %s",
			    ent->fts_path + skip);
			break;
		}
		*bytes += ent->fts_statp->st_size;
		e = buf_addf(lines, "%s  %s\n", sha, ent->fts_path + skip);
	}
	fts_close(fts);
	return e;
}

/* A tree of 10,000 modules is 1.5 MB of lines. */
#define LINES_MAX	(16 * 1024 * 1024)

enum err
unpack_list(const char *dir, char sha[SHA256_HEX_SIZE], int64_t *bytes,
    struct diag *d)
{
	struct buf	 lines = BUF_INIT(LINES_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if (path_join(path, sizeof(path), dir, "files.sha256", NULL) !=
	    ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	if ((e = hash_tree(dir, &lines, bytes, NULL, d)) == ERR_OK &&
	    (e = sha256_mem(buf_str(&lines), lines.len, sha)) == ERR_OK)
		e = fsio_write_atomic(path, buf_str(&lines), lines.len,
		    FSIO_FILE_MODE, d);
	buf_clear(&lines);
	return e;
}

/* Names the first line in which the two lists differ. */
static enum err
differ(const char *want, const char *have, struct diag *d)
{
	const char	*w = want, *h = have;
	const char	*line;

	for (;;) {
		size_t	 n = strcspn(w, "\n"), m = strcspn(h, "\n");

		if (n != m || strncmp(w, h, n) != 0 || *w == '\0' ||
		    *h == '\0')
			break;
		w += n + 1;
		h += m + 1;
	}
	line = *w != '\0' ? w : h;
	if (strcspn(line, "\n") > SHA256_HEX_SIZE + 1)
		line += SHA256_HEX_SIZE + 1;
	return diag_set(d, ERR_CORRUPT, NULL, "%.*s is not as it was "
	    "fetched", (int)strcspn(line, "\n"), line);
}

enum err
unpack_verify(const char *dir, const char *sha, struct diag *d)
{
	struct buf	 want = BUF_INIT(LINES_MAX);
	struct buf	 have = BUF_INIT(LINES_MAX);
	char		 path[PATH_MAX], now[SHA256_HEX_SIZE];
	int64_t		 bytes;
	int		 links = 0;
	enum err	 e;

	if (path_join(path, sizeof(path), dir, "files.sha256", NULL) !=
	    ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	if (fsio_read(path, &want, NULL) != ERR_OK ||
	    sha256_mem(buf_str(&want), want.len, now) != ERR_OK ||
	    strcmp(now, sha) != 0)
		e = diag_set(d, ERR_CORRUPT, NULL, "files.sha256 is not as it "
		    "was fetched");
	else if ((e = hash_tree(dir, &have, &bytes, &links, d)) == ERR_OK) {
		if (links > 0)
			e = diag_set(d, ERR_CORRUPT, NULL, "there is a link "
			    "that was not fetched");
		else if (strcmp(buf_str(&want), buf_str(&have)) != 0)
			e = differ(buf_str(&want), buf_str(&have), d);
	}
	buf_clear(&want);
	buf_clear(&have);
	return e;
}
