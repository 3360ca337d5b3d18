/*
 * Whether a job accepted now would be worked off: each thing it needs is
 * really tried, and a failure says what to do.  Messages carry no paths.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "config.h"
#include "domain/kernel.h"
#include "handlers.h"
#include "store/store_worker.h"

struct	check {
	const char	*name;
	/* true, or false with a message */
	bool		 (*fn)(struct app *, char *msg, size_t size);
};

static bool
workdir_ok(struct app *app, char *msg, size_t size)
{
	char	 path[PATH_MAX];
	int	 fd;

	snprintf(msg, size, "the working folder cannot be written");
	if (path_join(path, sizeof(path), app->conf->workdir, "tmp", NULL) !=
	    ERR_OK || fsio_mkdirs(path, NULL) != ERR_OK)
		return false;
	/* A file without a name, so a probe can leave nothing behind. */
	fd = open(path, O_TMPFILE | O_WRONLY | O_CLOEXEC, FSIO_FILE_MODE);
	if (fd == -1)
		return access(path, W_OK) == 0;
	close(fd);
	return true;
}

static bool
database_ok(struct app *app, char *msg, size_t size)
{
	struct diag	 d = DIAG_INIT;
	struct db	*db;
	int64_t		 n;

	snprintf(msg, size, "the database cannot be read");
	return app_db(app, &db, &d) == ERR_OK &&
	    store_workers_alive(db, app->conf->lease, &n) == ERR_OK;
}

static bool
worker_ok(struct app *app, char *msg, size_t size)
{
	struct diag	 d = DIAG_INIT;
	struct db	*db;
	int64_t		 n = 0;

	snprintf(msg, size, "no worker is running; start bpfcompat-worker");
	return app_db(app, &db, &d) == ERR_OK &&
	    store_workers_alive(db, app->conf->lease, &n) == ERR_OK && n > 0;
}

/* Is there such a program, by its path or along PATH? */
static bool
program_found(const char *name)
{
	const char	*dirs = getenv("PATH");
	char		 path[PATH_MAX];
	size_t		 n;

	if (strchr(name, '/') != NULL)
		return access(name, X_OK) == 0;
	if (dirs == NULL)
		dirs = "/usr/local/bin:/usr/bin:/bin";
	for (;; dirs += n + 1) {
		n = strcspn(dirs, ":");
		snprintf(path, sizeof(path), "%.*s/%s", (int)n, dirs, name);
		if (access(path, X_OK) == 0)
			return true;
		if (dirs[n] == '\0')
			return false;
	}
}

static bool
needs_arch(const struct app *app, bool arm)
{
	const struct profile	*p;

	for (size_t i = 0; i < app->matrix.n; i++) {
		p = profile_set_find(&app->profiles,
		    app->matrix.target[i].profile_id);
		if (p != NULL && (strcmp(p->arch, "arm64") == 0) == arm)
			return true;
	}
	return false;
}

static bool
qemu_ok(struct app *app, char *msg, size_t size)
{
	if (needs_arch(app, false) && !program_found(app->conf->qemu_x86)) {
		snprintf(msg, size, "qemu-system-x86_64 is not installed; "
		    "install qemu-system-x86");
		return false;
	}
	if (needs_arch(app, true) && !program_found(app->conf->qemu_arm)) {
		snprintf(msg, size, "qemu-system-aarch64 is not installed; "
		    "install qemu-system-arm");
		return false;
	}
	return true;
}

static bool
kernels_ok(struct app *app, char *msg, size_t size)
{
	const struct profile	*p;
	struct kernel		 k = { 0 };
	struct diag		 d = DIAG_INIT;
	size_t			 missing = 0;

	for (size_t i = 0; i < app->matrix.n; i++) {
		p = profile_set_find(&app->profiles,
		    app->matrix.target[i].profile_id);
		if (p != NULL && kernel_find(app->conf, profile_kernel(p)->id,
		    &k, &d) == ERR_OK)
			kernel_clear(&k);
		else
			missing++;
	}
	snprintf(msg, size, "%zu of %zu kernels of the default matrix are not "
	    "fetched; run bpfcompat kernels fetch", missing, app->matrix.n);
	return missing == 0;
}

static const struct check checks[] = {
	{ "workdir", workdir_ok },
	{ "database", database_ok },
	{ "worker", worker_ok },
	{ "qemu", qemu_ok },
	{ "kernels", kernels_ok },
};

enum err
h_readyz(struct app *app, struct call *c)
{
	struct jsonw	*w = reply_json(c->rp);
	char		 msg[256];
	bool		 all = true, ok;

	w->style = JSONW_COMPACT;
	jsonw_obj(w, NULL);
	jsonw_arr(w, "checks");
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		ok = checks[i].fn(app, msg, sizeof(msg));
		all = all && ok;
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", checks[i].name);
		jsonw_bool(w, "ok", ok);
		if (!ok)
			jsonw_str(w, "message", msg);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_str(w, "status", all ? "OK" : "Service Unavailable");
	jsonw_str(w, "version", PACKAGE_VERSION);
	jsonw_end(w);
	if (!all) {
		c->rp->status = 503;
		c->rp->retry_after = 5;
	}
	return ERR_OK;
}
