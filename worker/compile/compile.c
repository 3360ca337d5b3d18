#include "worker/compile/compile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/compile/box.h"
#include "worker/compile/cdiag.h"

#define VERSION_MS	20000
#define KILLED		128	/* + signal */
#define SIGNAL_CPU	24	/* SIGXCPU: the limit of processor time */

/* An architecture as we call it, and as libbpf's headers do. */
static const struct arch {
	const char	*name, *define;
} archs[] = {
	{ "x86_64", "-D__TARGET_ARCH_x86" },
	{ "arm64", "-D__TARGET_ARCH_arm64" },
};

static const struct arch *
find_arch(const char *name)
{
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (strcmp(archs[i].name, name) == 0)
			return &archs[i];
	return NULL;
}

/* A box with the headers of this architecture. */
static enum err
open_box(const struct compile *c, const char *arch, struct box *b,
    char paths[3][PATH_MAX], struct diag *d)
{
	enum err	 e;

	b->filter = -1;
	if ((e = path_join(paths[0], PATH_MAX, c->sdk, "include", NULL)) !=
	    ERR_OK ||
	    (e = path_join(paths[1], PATH_MAX, c->sdk, arch, NULL)) != ERR_OK)
		return e;
	if (snprintf(paths[2], PATH_MAX, CDIAG_SRC_DIR "%s", c->name) >=
	    PATH_MAX)
		return ERR_TOOBIG;
	if (!fsio_exists(paths[0]) || !fsio_exists(paths[1]))
		return diag_set(d, ERR_UNAVAILABLE, NULL, "there are no "
		    "headers to compile for %s with; run \"make sdk\"", arch);
	return box_open(b, c->compiler, paths[0], paths[1], c->source,
	    paths[2], d);
}

static enum err
run_box(const struct box *b, struct buf *out, struct buf *err, int64_t ms,
    int *code, struct diag *d)
{
	struct proc_opts o = PROC_OPTS_INIT;
	enum err	 e;

	o.argv = b->argv;
	o.keep = &b->filter;
	o.nkeep = 1;
	e = proc_run(&o, NULL, 0, out, err, time_mono_ms() + ms, code, d);
	if (e == ERR_NOTFOUND)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "bubblewrap is not "
		    "installed; sources are not compiled without it");
	return e;
}

enum err
compile_version(const struct compile *c, char v[static COMPILE_VERSION_MAX],
    struct diag *d)
{
	struct buf	 out = BUF_INIT(4096), err = BUF_INIT(4096);
	char		 paths[3][PATH_MAX];
	struct box	 b;
	int		 code = 0;
	enum err	 e;

	if ((e = open_box(c, archs[0].name, &b, paths, d)) != ERR_OK)
		goto out;
	box_add(&b, "--version");
	e = run_box(&b, &out, &err, VERSION_MS, &code, d);
	if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "the compiler cannot "
		    "be run in a sandbox here: %.300s", buf_str(&err));
	if (e == ERR_OK)
		snprintf(v, COMPILE_VERSION_MAX, "%.*s",
		    (int)strcspn(buf_str(&out), "\n"), buf_str(&out));
out:
	box_clear(&b);
	buf_clear(&out);
	buf_clear(&err);
	return e;
}

/* "-Ibpf" is a folder of ours; the others are as they were given. */
static void
add_flags(struct box *b, const struct cflags *f, char dirs[][PATH_MAX])
{
	size_t	 used = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (strncmp(f->flag[i], "-I", 2) != 0) {
			box_add(b, f->flag[i]);
			continue;
		}
		snprintf(dirs[used], PATH_MAX, "-I" CDIAG_INC_DIR
		    "include/%s", f->flag[i] + 2);
		box_add(b, dirs[used++]);
	}
}

static void
command(struct box *b, const struct compile *c, const struct arch *a,
    const char *src, char dirs[][PATH_MAX])
{
	static const char *const base[] = { "-target", "bpfel", "-x", "c",
		"-g", "-O2", "-Wall", "-Wno-missing-declarations",
		"-fno-color-diagnostics", "-fno-caret-diagnostics",
		"-fno-crash-diagnostics", "-ferror-limit=50",
		"-fmacro-backtrace-limit=3" };
	static const char *const last[] = { "-I" CDIAG_INC_DIR "arch",
		"-I" CDIAG_INC_DIR "include", "-c", "-o", "-" };

	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++)
		box_add(b, base[i]);
	box_add(b, a->define);
	add_flags(b, c->flags, dirs);
	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		box_add(b, last[i]);
	box_add(b, src);
}

/* The compiler's own end, when it is not a list of errors. */
static void
explain(const struct compile *c, enum err e, int code, struct compiled *out)
{
	const char	*said = buf_str(&out->output);

	if (e == ERR_TIMEOUT || code == KILLED + SIGNAL_CPU)
		snprintf(out->why, sizeof(out->why), "compiling took longer "
		    "than %lld s", (long long)c->timeout_ms / 1000);
	else if (code >= KILLED || strstr(said, "out of memory") != NULL)
		snprintf(out->why, sizeof(out->why), "the compiler ran out "
		    "of memory or crashed on this source");
	else if (out->ok && out->object.err != ERR_OK)
		snprintf(out->why, sizeof(out->why), "the object is larger "
		    "than an object may be");
	else if (out->ok && out->object.len == 0)
		snprintf(out->why, sizeof(out->why), "the compiler wrote no "
		    "object");
	if (out->why[0] != '\0')
		out->ok = false;
}

enum err
compile_run(const struct compile *c, const char *arch, size_t max,
    struct compiled *out, struct diag *d)
{
	const struct arch	*a = find_arch(arch);
	char			 paths[3][PATH_MAX];
	char			(*dirs)[PATH_MAX] = NULL;
	struct box		 b = { .filter = -1 };
	int			 code = 0;
	enum err		 e;

	memset(out, 0, sizeof(*out));
	/* One byte more tells a cut object from a whole one. */
	buf_init(&out->object, max + 1);
	buf_init(&out->output, COMPILE_OUTPUT_MAX);
	if (a == NULL)
		return diag_set(d, ERR_UNSUPPORTED, NULL, "sources cannot be "
		    "compiled for %s", arch);
	if ((dirs = calloc(CFLAGS_MAX, PATH_MAX)) == NULL)
		return ERR_NOMEM;
	if ((e = open_box(c, arch, &b, paths, d)) != ERR_OK)
		goto out;
	command(&b, c, a, paths[2], dirs);
	if ((e = b.err) != ERR_OK)
		goto out;
	e = run_box(&b, &out->object, &out->output, c->timeout_ms, &code, d);
	if (e == ERR_OK || e == ERR_TIMEOUT) {
		out->ok = e == ERR_OK && code == 0;
		if (out->object.len > max)
			out->object.err = ERR_TOOBIG;
		explain(c, e, code, out);
		e = ERR_OK;
	}
out:
	box_clear(&b);
	free(dirs);
	return e;
}

void
compiled_clear(struct compiled *c)
{
	buf_clear(&c->object);
	buf_clear(&c->output);
}
