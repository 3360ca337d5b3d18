#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "domain/command.h"
#include "worker/cli/cli.h"
#include "worker/cli/submit.h"
#include "worker/cli/suite_run.h"
#include "worker/cli/test_run.h"

#define FILES_TEXT_MAX	((size_t)SUITE_FILES_MAX * PATH_MAX)

static enum err
too_long(struct diag *d, const char *path)
{
	return diag_set(d, ERR_INVAL, NULL, "the path is too long: %.200s",
	    path);
}

/* A path of the suite file; "" stays "". */
static enum err
locate(const struct suite_ctx *x, const char *path, char out[static PATH_MAX],
    struct diag *d)
{
	out[0] = '\0';
	if (path[0] != '\0' && suite_path(&x->s, path, out, PATH_MAX) !=
	    ERR_OK)
		return too_long(d, path);
	return ERR_OK;
}

enum err
suite_item_path(const struct suite_ctx *x, const struct suite_item *it,
    const char *suffix, char *out, size_t size)
{
	const char	*own = strcmp(suffix, ".md") == 0 ? it->c->markdown :
			    strcmp(suffix, ".json") == 0 ? it->c->out : "";
	char		 rel[PATH_MAX];

	if (own[0] != '\0')
		return suite_path(&x->s, own, out, size);
	if ((size_t)snprintf(rel, sizeof(rel), "%s/%s%s", x->s.report_dir,
	    it->c->name, suffix) >= sizeof(rel))
		return ERR_TOOBIG;
	return suite_path(&x->s, rel, out, size);
}

/* --- settings with the command line on top ------------------------------------- */

static int64_t
timeout_of(const struct suite_ctx *x, const struct suite_case *c)
{
	return x->o->timeout != 0 ? x->o->timeout : c->timeout_ms != 0 ?
	    c->timeout_ms : TEST_TIMEOUT_MS;
}

static int64_t
concurrency_of(const struct suite_ctx *x, const struct suite_case *c)
{
	return x->o->concurrency != 0 ? x->o->concurrency :
	    c->concurrency != 0 ? c->concurrency : x->g->conf->concurrency;
}

static int64_t
command_time(const struct suite_ctx *x, const struct suite_case *c)
{
	if (c->command.timeout_ms != 0)
		return c->command.timeout_ms;
	return COMMAND_MS < timeout_of(x, c) / 2 ? COMMAND_MS :
	    timeout_of(x, c) / 2;
}

/* A file beside the suite wins over an installed matrix of that name. */
static enum err
open_matrix(const struct suite_ctx *x, const struct suite_case *c,
    struct matrix *mx, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = locate(x, c->matrix, path, d)) != ERR_OK)
		return e;
	if (fsio_exists(path))
		return matrix_load(path, path, &x->g->profiles, mx, d);
	return matrix_open(x->g->conf, c->matrix, &x->g->profiles, mx, d);
}

/* --- the manifest of a case with a test of its own ------------------------------ */

static enum err
read_manifest(const struct suite_ctx *x, const char *path, struct manifest *m,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(MANIFEST_MAX);
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK)
		e = manifest_parse(path, buf_str(&b), b.len, &x->g->profiles,
		    m, d);
	buf_clear(&b);
	return e;
}

/*
 * Where the manifest of the case is.  One with a test of its own gets a file
 * below the report folder: the manifest's content and that test.
 */
static enum err
manifest_of(const struct suite_ctx *x, const struct suite_item *it,
    char path[static PATH_MAX], struct diag *d)
{
	struct buf	 b = BUF_INIT(MANIFEST_MAX);
	struct manifest	 m = { 0 };
	enum err	 e;

	if ((e = locate(x, it->c->manifest, path, d)) != ERR_OK)
		return e;
	if (path[0] != '\0' && (e = read_manifest(x, path, &m, d)) != ERR_OK)
		return e;
	if (it->c->has_test && (e = manifest_write(&m, &it->c->test, &b)) ==
	    ERR_OK && (e = suite_item_path(x, it, ".behavior-manifest.yaml",
	    path, PATH_MAX)) == ERR_OK && !x->o->check)
		e = cli_write_file(path, &b, d);
	buf_clear(&b);
	manifest_clear(&m);
	return e;
}

/* "a,b", as submit_job() takes them; the caller frees it. */
static enum err
files_of(const struct suite_ctx *x, const struct suite_case *c, char **out,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(FILES_TEXT_MAX);
	char		 path[PATH_MAX];
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < c->command.nfiles && e == ERR_OK; i++)
		if ((e = locate(x, c->command.files[i], path, d)) == ERR_OK)
			buf_addf(&b, "%s%s", i > 0 ? "," : "", path);
	if (e == ERR_OK && (e = buf_err(&b)) == ERR_OK &&
	    (*out = strdup(buf_str(&b))) == NULL)
		e = ERR_NOMEM;
	buf_clear(&b);
	return e;
}

/* --- the key -------------------------------------------------------------------- */

static void
key_text(struct sha256 *h, const char *name, const char *value)
{
	sha256_add(h, name, strlen(name) + 1);
	sha256_add(h, value, strlen(value) + 1);
}

static void
key_num(struct sha256 *h, const char *name, int64_t n)
{
	char	 text[32];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	key_text(h, name, text);
}

static enum err
key_file(const struct suite_ctx *x, struct sha256 *h, const char *name,
    const char *file, struct diag *d)
{
	char		 path[PATH_MAX], sha[SHA256_HEX_SIZE] = "";
	enum err	 e;

	if ((e = locate(x, file, path, d)) != ERR_OK)
		return e;
	if (path[0] != '\0' && (e = sha256_file(path, sha)) != ERR_OK)
		return diag_set(d, e, name, "%s: cannot read %s: %s", name,
		    path, err_text(e));
	key_text(h, name, path);
	key_text(h, name, sha);
	return ERR_OK;
}

static enum err
key_files(const struct suite_ctx *x, const struct suite_case *c,
    struct sha256 *h, struct diag *d)
{
	enum err	 e;

	if ((e = key_file(x, h, "artifact", c->artifact, d)) == ERR_OK)
		e = key_file(x, h, "manifest", c->manifest, d);
	for (size_t i = 0; i < c->command.nfiles && e == ERR_OK; i++)
		e = key_file(x, h, "file", c->command.files[i], d);
	return e;
}

/* Everything that decides about the outcome, besides the kernels. */
static enum err
make_key(const struct suite_ctx *x, struct suite_item *it,
    const struct matrix *mx, struct diag *d)
{
	const struct suite_case	*c = it->c;
	struct sha256		*h;
	enum err		 e;

	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	key_text(h, "mode", suite_case_mode(c));
	key_text(h, "name", c->artifact_name);
	key_text(h, "version", c->version);
	key_text(h, "variant", c->variant);
	key_text(h, "uri", c->uri);
	key_text(h, "run", c->command.run);
	key_num(h, "expect", c->command.expect_exit);
	key_num(h, "timeout", timeout_of(x, c));
	key_num(h, "attach", c->require_attach);
	key_num(h, "fresh", x->o->fresh);
	if (c->command.run[0] != '\0')
		key_num(h, "command", command_time(x, c));
	if (c->has_test) {
		key_text(h, "test", c->test.command);
		key_text(h, "out", c->test.out);
		key_text(h, "err", c->test.err);
		key_num(h, "code", c->test.exit_code);
		key_num(h, "required", c->test.required);
		key_num(h, "limit", c->test.timeout_s);
	}
	for (size_t i = 0; i < mx->n; i++) {
		key_text(h, "profile", mx->target[i].profile_id);
		key_num(h, "required", mx->target[i].required);
		key_num(h, "timeout", mx->target[i].timeout_ms);
	}
	if ((e = key_files(x, c, h, d)) == ERR_OK)
		sha256_hex(h, it->key);
	sha256_free(h);
	return e;
}

/* --- check and submit ------------------------------------------------------------- */

enum err
suite_item_check(struct suite_ctx *x, struct suite_item *it,
    struct matrix *mx, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = open_matrix(x, it->c, mx, d)) != ERR_OK ||
	    (e = manifest_of(x, it, path, d)) != ERR_OK)
		return e;
	if (it->c->command.run[0] != '\0' && command_time(x, it->c) >=
	    timeout_of(x, it->c))
		return diag_set(d, ERR_INVAL, "timeout", "the command's "
		    "timeout must be shorter than that of the target");
	return make_key(x, it, mx, d);
}

enum err
suite_item_submit(struct suite_ctx *x, struct suite_item *it,
    const struct matrix *mx, struct diag *d)
{
	const struct suite_case	*c = it->c;
	struct command		 cmd = { .text = c->command.run,
				    .timeout_ms = command_time(x, c),
				    .expect_exit = c->command.expect_exit };
	struct submit		 s = { .name = c->artifact_name,
				    .version = c->version,
				    .variant = c->variant, .uri = c->uri,
				    .clang_flags = "", .mode = c->mode,
				    .matrix = mx,
				    .timeout_ms = timeout_of(x, c),
				    .concurrency = concurrency_of(x, c),
				    .fresh_boot = x->o->fresh,
				    .require_attach = c->require_attach };
	char			 artifact[PATH_MAX], manifest[PATH_MAX];
	char			*files = NULL;
	enum err		 e;

	if ((e = locate(x, c->artifact, artifact, d)) != ERR_OK ||
	    (e = manifest_of(x, it, manifest, d)) != ERR_OK ||
	    (e = files_of(x, c, &files, d)) != ERR_OK)
		return e;
	s.artifact = artifact;
	s.manifest = manifest;
	s.files = files;
	if (c->command.run[0] != '\0')
		s.command = &cmd;
	e = submit_job(x->g, &s, it->job_id, d);
	free(files);
	return e;
}
