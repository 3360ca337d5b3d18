/* Looking after what was fetched: verify and prune. */
#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "worker/kernels/fetch.h"
#include "worker/kernels/kernels.h"
#include "worker/kernels/record.h"
#include "worker/kernels/unpack.h"

/* A version that is being replaced is not in use for so long. */
#define LOCK_WAIT_MS	1000

enum err
kernels_verify(const struct conf *c, const char *id, struct diag *d)
{
	struct kernel	 k;
	char		 mark[PATH_MAX];
	struct diag	 why = DIAG_INIT;
	enum err	 e;

	if ((e = kernel_find(c, id, &k, d)) != ERR_OK)
		return e;
	e = unpack_verify(k.dir, k.files_sha256, &why);
	if (e == ERR_CORRUPT) {
		record_check(c, id, why.msg, NULL);
		/* From now on it is not run, and the next fetch mends it. */
		path_join(mark, sizeof(mark), k.dir, KERNEL_DAMAGED, NULL);
		fsio_write_atomic(mark, why.msg, strlen(why.msg),
		    FSIO_FILE_MODE, NULL);
	} else if (e == ERR_OK) {
		record_check(c, id, NULL, NULL);
	}
	kernel_clear(&k);
	return e == ERR_OK ? e : diag_set(d, e, "profile", "the kernel of %s "
	    "is damaged: %s; run \"bpfcompat kernels fetch %s\"", id,
	    diag_text(&why), id);
}

static int64_t
tree_bytes(const char *path)
{
	char *const	 roots[] = { (char *)(uintptr_t)path, NULL };
	FTSENT		*ent;
	FTS		*fts;
	int64_t		 sum = 0;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (fts == NULL)
		return 0;
	while ((ent = fts_read(fts)) != NULL)
		if (ent->fts_info != FTS_DP && ent->fts_statp != NULL)
			sum += (int64_t)ent->fts_statp->st_blocks * 512;
	fts_close(fts);
	return sum;
}

static enum err
drop(const char *dir, const char *name, int64_t *freed, struct diag *d)
{
	char		 path[PATH_MAX];
	int64_t		 bytes;
	enum err	 e;

	if (path_join(path, sizeof(path), dir, name, NULL) != ERR_OK ||
	    access(path, F_OK) == -1)
		return ERR_OK;
	bytes = tree_bytes(path);
	if ((e = fsio_rmtree(path, d)) == ERR_OK)
		*freed += bytes;
	return e;
}

struct	version {
	char	 name[NAME_MAX + 1];
	time_t	 mtime;
};

static int
newest_first(const void *a, const void *b)
{
	const struct version	*x = a, *y = b;

	return x->mtime < y->mtime ? 1 : x->mtime > y->mtime ? -1 :
	    strcmp(x->name, y->name);
}

/* Version folders of "dir" but the current one; the caller frees. */
static struct version *
versions(const char *dir, const char *current, size_t *n)
{
	struct version	*v = NULL, *more;
	struct dirent	*de;
	struct stat	 st;
	char		 path[PATH_MAX];
	DIR		*dp;

	*n = 0;
	if ((dp = opendir(dir)) == NULL)
		return NULL;
	while ((de = readdir(dp)) != NULL) {
		if (!path_name_ok(de->d_name) ||
		    strcmp(de->d_name, current) == 0 ||
		    path_join(path, sizeof(path), dir, de->d_name, NULL) !=
		    ERR_OK || lstat(path, &st) == -1 || !S_ISDIR(st.st_mode))
			continue;
		more = realloc(v, (*n + 1) * sizeof(*v));
		if (more == NULL)
			break;
		v = more;
		snprintf(v[*n].name, sizeof(v[*n].name), "%s", de->d_name);
		v[(*n)++].mtime = st.st_mtime;
	}
	closedir(dp);
	if (v != NULL)
		qsort(v, *n, sizeof(*v), newest_first);
	return v;
}

static enum err
prune_versions(const char *dir, const struct kernels_prune_opts *o,
    int64_t *freed, struct diag *d)
{
	struct version	*v;
	char		 link[PATH_MAX], current[NAME_MAX + 1] = "";
	ssize_t		 len = -1;
	size_t		 n, keep = o->all ? 0 : (size_t)o->keep;
	enum err	 e = ERR_OK;

	if (path_join(link, sizeof(link), dir, KERNEL_CURRENT, NULL) ==
	    ERR_OK)
		len = readlink(link, current, sizeof(current) - 1);
	current[len > 0 ? len : 0] = '\0';
	if (o->all) {
		/* First the name goes, then what it points to. */
		unlink(link);
		current[0] = '\0';
	}
	v = versions(dir, current, &n);
	for (size_t i = keep; e == ERR_OK && i < n; i++)
		e = drop(dir, v[i].name, freed, d);
	free(v);
	return e;
}

static enum err
prune_profile(const char *dir, const struct kernels_prune_opts *o,
    int64_t *freed, struct diag *d)
{
	char		 path[PATH_MAX];
	int		 fd = -1;
	enum err	 e;

	if (path_join(path, sizeof(path), dir, FETCH_LOCK, NULL) != ERR_OK ||
	    !fsio_exists(path))
		return ERR_OK;	/* no folder of ours */
	if ((e = fsio_lock(path, LOCK_WAIT_MS, &fd, d)) != ERR_OK)
		return e == ERR_BUSY ? diag_set(d, e, NULL, "%s is being "
		    "fetched; try again when it is done",
		    strrchr(dir, '/') + 1) : e;
	if ((e = drop(dir, FETCH_WORK, freed, d)) == ERR_OK &&
	    (e = drop(dir, FETCH_DOWNLOAD, freed, d)) == ERR_OK)
		e = prune_versions(dir, o, freed, d);
	fsio_unlock(fd);
	return e;
}

/* Lists and caches of every suite; the next fetch gets them anew. */
static enum err
prune_apt(const char *root, int64_t *freed, struct diag *d)
{
	struct dirent	*de;
	char		 dir[PATH_MAX], path[PATH_MAX], lock[PATH_MAX];
	DIR		*dp;
	int		 fd = -1;
	enum err	 e = ERR_OK;

	if (path_join(dir, sizeof(dir), root, ".apt", NULL) != ERR_OK ||
	    (dp = opendir(dir)) == NULL)
		return ERR_OK;
	while (e == ERR_OK && (de = readdir(dp)) != NULL) {
		if (!path_name_ok(de->d_name) || path_join(path, sizeof(path),
		    dir, de->d_name, NULL) != ERR_OK || path_join(lock,
		    sizeof(lock), path, ".lock", NULL) != ERR_OK)
			continue;
		if ((e = fsio_lock(lock, LOCK_WAIT_MS, &fd, d)) != ERR_OK)
			break;
		drop(path, "updated", freed, d);
		if ((e = drop(path, "state", freed, d)) == ERR_OK)
			e = drop(path, "cache", freed, d);
		fsio_unlock(fd);
	}
	closedir(dp);
	return e;
}

/* Rows of kernels that are gone go too. */
static void
forget(const struct conf *c)
{
	struct profile_set	 set;

	if (profile_set_load_default(c, &set, NULL) != ERR_OK)
		return;
	record_all(c, (const struct profile *const *)set.item, set.n, NULL);
	profile_set_clear(&set);
}

enum err
kernels_prune(const struct conf *c, const struct kernels_prune_opts *o,
    int64_t *freed, struct diag *d)
{
	char		 root[PATH_MAX], dir[PATH_MAX];
	struct dirent	*de;
	DIR		*dp;
	enum err	 e = ERR_OK;

	*freed = 0;
	if (paths_kernels(c, root, sizeof(root)) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	if ((dp = opendir(root)) == NULL)
		return errno == ENOENT ? ERR_OK : diag_errno(d,
		    "cannot read the kernel folder");
	while (e == ERR_OK && (de = readdir(dp)) != NULL)
		if (profile_id_ok(de->d_name) && path_join(dir, sizeof(dir),
		    root, de->d_name, NULL) == ERR_OK)
			e = prune_profile(dir, o, freed, d);
	closedir(dp);
	if (e == ERR_OK)
		e = prune_apt(root, freed, d);
	if (o->all)
		forget(c);
	return e;
}
