#include "base/paths.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"

/* Folder of the running program; "" when /proc does not tell. */
static void
exe_dir(char *out, size_t size)
{
	ssize_t	 n = readlink("/proc/self/exe", out, size - 1);
	char	*slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	if (slash != NULL)
		*slash = '\0';
}

static enum err
first_existing(const char *const *dirs, const char *name, char *out,
    size_t size, const char *variable, struct diag *d)
{
	char	 path[PATH_MAX];

	for (; *dirs != NULL; dirs++) {
		if ((*dirs)[0] == '\0' || path_join(path, sizeof(path), *dirs,
		    name, NULL) != ERR_OK || !fsio_exists(path))
			continue;
		if (path_join(out, size, path, NULL) != ERR_OK)
			return ERR_TOOBIG;
		return ERR_OK;
	}
	return diag_set(d, ERR_NOTFOUND, NULL,
	    "%s is not installed; build it with \"make build\" or set %s",
	    name, variable);
}

enum err
paths_program(const struct conf *c, const char *name, char *out, size_t size,
    struct diag *d)
{
	char		 exe[PATH_MAX];
	const char	*dirs[] = { c->libexec_dir, exe, PKGLIBEXECDIR, NULL };

	exe_dir(exe, sizeof(exe));
	if (c->libexec_dir[0] != '\0')
		dirs[1] = NULL;
	return first_existing(dirs, name, out, size, "BPFCOMPAT_LIBEXEC_DIR",
	    d);
}

enum err
paths_data(const struct conf *c, const char *name, char *out, size_t size,
    struct diag *d)
{
	char		 exe[PATH_MAX], tree[PATH_MAX + 8];
	const char	*dirs[] = { c->data_dir, tree, PKGDATADIR, NULL };

	exe_dir(exe, sizeof(exe));
	snprintf(tree, sizeof(tree), "%s/share", exe);
	if (c->data_dir[0] != '\0')
		dirs[1] = NULL;
	return first_existing(dirs, name, out, size, "BPFCOMPAT_DATA_DIR", d);
}

/* Beside the programs of a build tree, or installed with the data. */
enum err
paths_sdk(const struct conf *c, char *out, size_t size, struct diag *d)
{
	char	 dir[PATH_MAX];

	if (c->sdk_dir[0] != '\0') {
		if (path_join(dir, sizeof(dir), c->sdk_dir, "include",
		    NULL) == ERR_OK && fsio_exists(dir))
			return path_join(out, size, c->sdk_dir, NULL);
	} else if (paths_program(c, "sdk/include", dir, sizeof(dir), NULL) ==
	    ERR_OK)
		return paths_program(c, "sdk", out, size, d);
	else if (paths_data(c, "sdk/include", dir, sizeof(dir), NULL) ==
	    ERR_OK)
		return paths_data(c, "sdk", out, size, d);
	return diag_set(d, ERR_UNAVAILABLE, NULL, "this machine has no "
	    "headers to compile sources with; run \"make sdk\"");
}

static enum err
below(const struct conf *c, const char *set, const char *name, char *out,
    size_t size)
{
	if (set[0] != '\0')
		return path_join(out, size, set, NULL);
	return path_join(out, size, c->workdir, name, NULL);
}

enum err
paths_kernels(const struct conf *c, char *out, size_t size)
{
	return below(c, c->kernel_dir, "kernels", out, size);
}

enum err
paths_cache(const struct conf *c, char *out, size_t size)
{
	return below(c, c->cache_dir, "cache", out, size);
}
