#include "worker/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/paths.h"

/* Memory of a guest when neither profile nor configuration says. */
#define GUEST_MB	512

static enum err
make_dir(const char *path, char abs[static PATH_MAX], struct diag *d)
{
	enum err	 e = fsio_mkdirs(path, d);

	if (e == ERR_OK && realpath(path, abs) == NULL)
		e = diag_errno(d, "cannot resolve %s", path);
	return e;
}

static enum err
make_dirs(const struct conf *c, struct engine *g, struct diag *d)
{
	char	 path[PATH_MAX];
	enum err e;

	if ((e = make_dir(c->workdir, g->workdir, d)) != ERR_OK ||
	    (e = paths_cache(c, path, sizeof(path))) != ERR_OK ||
	    (e = make_dir(path, g->cache_dir, d)) != ERR_OK ||
	    (e = paths_kernels(c, path, sizeof(path))) != ERR_OK)
		return e;
	return make_dir(path, g->kernel_dir, d);
}

/* The report names the validator; a run without one fails by itself. */
static void
find_validator(const struct conf *c, struct engine *g)
{
	struct stat	 st;

	if (c->validator_bin[0] != '\0')
		snprintf(g->validator, sizeof(g->validator), "%s",
		    c->validator_bin);
	else if (paths_program(c, "bpfcompat-validator", g->validator,
	    sizeof(g->validator), NULL) != ERR_OK)
		g->validator[0] = '\0';
	if (g->validator[0] == '\0' || stat(g->validator, &st) == -1 ||
	    sha256_file(g->validator, g->validator_sha256) != ERR_OK) {
		g->validator[0] = g->validator_sha256[0] = '\0';
		return;
	}
	g->validator_size = st.st_size;
}

enum err
engine_open(const struct conf *c, struct engine *g, struct diag *d)
{
	int64_t	 guest = c->vm_memory != 0 ? c->vm_memory : GUEST_MB;
	char	 keydir[PATH_MAX];
	enum err e;

	memset(g, 0, sizeof(*g));
	g->conf = c;
	if ((e = make_dirs(c, g, d)) != ERR_OK ||
	    (e = identity_self(&g->self, d)) != ERR_OK ||
	    (e = profile_set_load_default(c, &g->profiles, d)) != ERR_OK)
		return e;
	if (c->runner_bin[0] != '\0')
		snprintf(g->runner, sizeof(g->runner), "%s", c->runner_bin);
	else if ((e = paths_program(c, "bpfcompat-runner", g->runner,
	    sizeof(g->runner), d)) != ERR_OK)
		return e;
	find_validator(c, g);
	g->slots = c->vm_slots != 0 ? (int)c->vm_slots :
	    identity_slots(guest);
	if ((e = path_join(keydir, sizeof(keydir), g->workdir, "keys",
	    NULL)) != ERR_OK || (e = signer_new(c, keydir, &g->signer, d)) !=
	    ERR_OK)
		return e;
	return db_open(g->workdir, DB_WORKER, &g->db, d);
}

void
engine_close(struct engine *g)
{
	if (g->db != NULL)
		db_close(g->db);
	signer_free(g->signer);
	profile_set_clear(&g->profiles);
	g->signer = NULL;
	g->db = NULL;
}

void
engine_scrub(const struct engine *g, const char *text, char *out,
    size_t size)
{
	const struct { const char *dir; const char *as; } map[] = {
		{ g->kernel_dir, "kernels" }, { g->cache_dir, "cache" },
		{ g->workdir, "." },
	};
	size_t	 n = 0, len;

	while (*text != '\0' && n + 1 < size) {
		size_t	 i;

		for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
			len = strlen(map[i].dir);
			if (len > 1 && strncmp(text, map[i].dir, len) == 0)
				break;
		}
		if (i == sizeof(map) / sizeof(map[0])) {
			out[n++] = *text++;
			continue;
		}
		text += strlen(map[i].dir);
		len = strlen(map[i].as);
		if (n + len >= size)
			break;
		memcpy(out + n, map[i].as, len);
		n += len;
	}
	out[n] = '\0';
}
