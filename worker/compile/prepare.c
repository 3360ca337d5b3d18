#include "worker/compile/prepare.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "base/paths.h"
#include "domain/objfacts.h"
#include "worker/compile/cdiag.h"
#include "worker/compile/compile.h"
#include "worker/inspect_run.h"

#define OUTPUT_KEPT	((size_t)32 * 1024)	/* of the compiler's text */

struct	prep {
	const struct conf *conf;
	const char	*run_dir, *artifact, *source_name;
	const struct jval *archs;
	struct cflags	 flags;
	struct compile	 compile;
	char		 sdk[PATH_MAX];
	char		 version[COMPILE_VERSION_MAX];
	char		 object[PATH_MAX];	/* the one to look into */
	struct jsonw	 w;
	const char	*status, *code;
	char		 error[DIAG_MSG_MAX];
	char		 note[DIAG_MSG_MAX];
};

/* "prog.bpf.c" becomes prog.bpf.o. */
static void
object_name(const char *source, char *out, size_t size)
{
	size_t	 n = strlen(source);

	if (n > 2 && strcmp(source + n - 2, ".c") == 0)
		n -= 2;
	snprintf(out, size, "%.*s.o", (int)n, source);
}

/* Writes the object and its line in the document. */
static enum err
keep_object(struct prep *p, const char *arch, const struct buf *o,
    struct diag *d)
{
	char	 dir[PATH_MAX], path[PATH_MAX], name[PATH_MAX];
	char	 sha[SHA256_HEX_SIZE];
	enum err e;

	object_name(p->source_name, name, sizeof(name));
	if ((e = path_join(dir, sizeof(dir), p->run_dir, "compile", arch,
	    NULL)) != ERR_OK || (e = fsio_mkdirs(dir, d)) != ERR_OK ||
	    (e = path_join(path, sizeof(path), dir, name, NULL)) != ERR_OK ||
	    (e = fsio_write_atomic(path, o->data, o->len, FSIO_FILE_MODE,
	    d)) != ERR_OK || (e = sha256_mem(o->data, o->len, sha)) != ERR_OK)
		return e;
	if (p->object[0] == '\0')
		memcpy(p->object, path, sizeof(path));
	jsonw_obj(&p->w, NULL);
	jsonw_str(&p->w, "arch", arch);
	jsonw_str(&p->w, "path", path + strlen(p->run_dir) + 1);
	jsonw_str(&p->w, "sha256", sha);
	jsonw_int(&p->w, "size_bytes", (int64_t)o->len);
	jsonw_end(&p->w);
	return ERR_OK;
}

static void
failed(struct prep *p, const char *status, const char *code, const char *why)
{
	p->status = status;
	p->code = code;
	snprintf(p->error, sizeof(p->error), "%s", why);
}

/* One compilation for each architecture, until one fails. */
static enum err
compile_all(struct prep *p, struct buf *output, struct diag *d)
{
	enum err	 e = ERR_OK;

	jsonw_arr(&p->w, "objects");
	for (size_t i = 0; i < jval_len(p->archs) && e == ERR_OK &&
	    p->status == NULL; i++) {
		const char	*arch = jval_str(jval_at(p->archs, i), "");
		struct compiled	 c;

		e = compile_run(&p->compile, arch,
		    (size_t)p->conf->max_artifact, &c, d);
		if (e == ERR_OK && c.output.len > output->len) {
			buf_reset(output);
			buf_add(output, c.output.data, c.output.len);
		}
		if (e == ERR_OK && c.ok)
			e = keep_object(p, arch, &c.object, d);
		else if (e == ERR_OK)
			failed(p, "failed", "compile_failed", c.why);
		compiled_clear(&c);
	}
	jsonw_end(&p->w);
	return e;
}

static void
write_head(struct prep *p)
{
	struct stat	 st = { 0 };
	char		 sha[SHA256_HEX_SIZE] = "";

	(void)sha256_file(p->artifact, sha);
	(void)stat(p->artifact, &st);
	jsonw_obj(&p->w, "source");
	jsonw_str(&p->w, "name", p->source_name);
	jsonw_str(&p->w, "sha256", sha);
	jsonw_int(&p->w, "size_bytes", (int64_t)st.st_size);
	jsonw_end(&p->w);
	jsonw_arr(&p->w, "flags");
	for (size_t i = 0; i < p->flags.n; i++)
		jsonw_str(&p->w, NULL, p->flags.flag[i]);
	jsonw_end(&p->w);
}

/* The first error, for whoever reads one line. */
static void
first_error(struct prep *p, const char *list, size_t len)
{
	struct jval	*doc = NULL;

	if (jval_parse(list, len, &doc, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < jval_len(doc); i++) {
		const struct jval	*q = jval_at(doc, i);

		if (strcmp(jval_get_str(q, "severity", ""), "error") != 0)
			continue;
		if (jval_get(q, "line") == NULL)
			snprintf(p->error, sizeof(p->error), "%.700s",
			    jval_get_str(q, "message", ""));
		else
			snprintf(p->error, sizeof(p->error), "%.200s:%lld:"
			    "%lld: %.700s", jval_get_str(q, "file", ""),
			    (long long)jval_get_int(q, "line", 0),
			    (long long)jval_get_int(q, "column", 0),
			    jval_get_str(q, "message", ""));
		break;
	}
	jval_free(doc);
}

static void
write_diagnostics(struct prep *p, const struct buf *output)
{
	struct buf	 list = BUF_INIT(PREPARE_DOC_MAX / 2);
	struct jsonw	 w;
	size_t		 errors, from = 0;

	jsonw_init(&w, &list, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	errors = cdiag_write(buf_str(output), output->len, &w);
	jsonw_end(&w);
	if (p->status != NULL && p->error[0] == '\0' && errors > 0)
		first_error(p, buf_str(&list), list.len);
	if (p->status != NULL && p->error[0] == '\0')
		snprintf(p->error, sizeof(p->error), "the compiler refused "
		    "the source without a word");
	jsonw_raw(&p->w, "diagnostics", buf_str(&list), list.len);
	if (output->len > OUTPUT_KEPT)
		from = output->len - OUTPUT_KEPT;
	jsonw_strn(&p->w, "output", buf_str(output) + from,
	    output->len - from);
	buf_clear(&list);
}

static void
compile(struct prep *p)
{
	struct buf	 output = BUF_INIT(COMPILE_OUTPUT_MAX);
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	jsonw_obj(&p->w, "compile");
	write_head(p);
	p->compile.compiler = p->conf->clang;
	p->compile.sdk = p->sdk;
	p->compile.source = p->artifact;
	p->compile.name = p->source_name;
	p->compile.flags = &p->flags;
	p->compile.timeout_ms = p->conf->compile_timeout;
	if ((e = paths_sdk(p->conf, p->sdk, sizeof(p->sdk), &d)) == ERR_OK &&
	    (e = compile_version(&p->compile, p->version, &d)) == ERR_OK) {
		jsonw_str(&p->w, "compiler", p->version);
		e = compile_all(p, &output, &d);
		write_diagnostics(p, &output);
	}
	jsonw_end(&p->w);
	if (e != ERR_OK)
		failed(p, "error", "compile_unavailable", d.msg[0] != '\0' ?
		    diag_text(&d) : err_text(e));
	buf_clear(&output);
}

/* Its facts are a service: what goes wrong with them is a note. */
static void
look_into(struct prep *p)
{
	struct buf	 b = BUF_INIT(OBJFACTS_MAX);
	struct diag	 d = DIAG_INIT;
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), p->run_dir, PREPARE_OBJECT,
	    NULL)) == ERR_OK &&
	    (e = inspect_file(p->conf, p->object, &b, &d)) == ERR_OK)
		e = fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE,
		    &d);
	if (e != ERR_OK)
		snprintf(p->note, sizeof(p->note), "the object was not looked "
		    "into, its facts are missing: %.700s", d.msg[0] != '\0' ?
		    diag_text(&d) : err_text(e));
	buf_clear(&b);
}

static enum err
read_spec(struct prep *p, const struct jval *s, struct diag *d)
{
	if (strcmp(jval_get_str(s, "schema", ""), PREPARE_SCHEMA) != 0)
		return diag_set(d, ERR_SYNTAX, NULL, "this is no spec of "
		    PREPARE_SCHEMA);
	p->run_dir = jval_get_str(s, "run_dir", "");
	p->artifact = jval_get_str(s, "artifact", "");
	p->source_name = jval_get_str(s, "source_name", "");
	p->archs = jval_get(s, "archs");
	if (p->run_dir[0] != '/' || p->artifact[0] != '/' ||
	    jval_len(p->archs) > PREPARE_ARCHS_MAX ||
	    (p->source_name[0] != '\0' && !path_name_ok(p->source_name)))
		return diag_set(d, ERR_INVAL, NULL, "the spec names no "
		    "folders, or a source by no plain name");
	for (size_t i = 0; i < jval_len(p->archs); i++)
		if (!path_name_ok(jval_str(jval_at(p->archs, i), "")))
			return ERR_INVAL;
	return cflags_parse(jval_get_str(s, "clang_flags", ""), &p->flags,
	    d);
}

enum err
prepare_work(const struct conf *c, const struct jval *spec, struct diag *d)
{
	struct prep	*p = calloc(1, sizeof(*p));
	struct buf	 doc = BUF_INIT(PREPARE_DOC_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if (p == NULL)
		return ERR_NOMEM;
	p->conf = c;
	if ((e = read_spec(p, spec, d)) != ERR_OK)
		goto out;
	jsonw_init(&p->w, &doc, JSONW_COMPACT);
	jsonw_obj(&p->w, NULL);
	jsonw_str(&p->w, "format", PREPARE_SCHEMA);
	if (p->source_name[0] != '\0')
		compile(p);
	else
		snprintf(p->object, sizeof(p->object), "%s", p->artifact);
	if (p->status == NULL)
		look_into(p);
	jsonw_str(&p->w, "status", p->status == NULL ? "ok" : p->status);
	jsonw_str_opt(&p->w, "error_code", p->code);
	jsonw_str_opt(&p->w, "error", p->error);
	jsonw_str_opt(&p->w, "note", p->note);
	jsonw_end(&p->w);
	if ((e = buf_err(&doc)) == ERR_OK &&
	    (e = path_join(path, sizeof(path), p->run_dir, PREPARE_FILE,
	    NULL)) == ERR_OK)
		e = fsio_write_atomic(path, doc.data, doc.len,
		    FSIO_FILE_MODE, d);
out:
	free(p);
	buf_clear(&doc);
	return e;
}
