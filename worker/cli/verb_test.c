/*
 * bpfcompat test: queues a job in the workdir's database and works it off in
 * place, with the worker's own loop.  When a running worker is quicker to
 * take it, this follows until the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/log.h"
#include "domain/report.h"
#include "worker/cli/cli.h"
#include "worker/cli/fetch_show.h"
#include "worker/cli/flags.h"
#include "worker/cli/progress.h"
#include "worker/cli/submit.h"
#include "worker/cli/test_show.h"
#include "worker/loop.h"

#define TIMEOUT_DEFAULT_MS	180000
#define SUMMARY_MAX		((size_t)4 * 1024 * 1024)

struct	options {
	const char	*artifact, *matrix, *out, *markdown, *mode;
	const char	*name, *version, *variant, *uri;
	const char	*runner, *command, *command_binary, *manifest;
	int64_t		 concurrency, timeout, expect_exit, disk_resize;
	bool		 quick, fresh, json, keep_vm, no_fetch, queue;
	bool		 require_attach;
};

static bool
parse(struct conf *c, struct options *o, int argc, char **argv, int *code)
{
	const struct flag	 table[] = {
		FLAG_S("artifact", &o->artifact, "FILE", "BPF object to test "
		    "(required)"),
		FLAG_S("matrix", &o->matrix, "MATRIX", "a matrix file, or the "
		    "name of one that is installed, such as mvp"),
		FLAG_B("quick", &o->quick, "the matrix \"quick\": one old and "
		    "the newest kernel, the fastest useful answer"),
		FLAG_S("validation-mode", &o->mode, "MODE", "load_only, or "
		    "load_attach (default)"),
		FLAG_B("require-attach", &o->require_attach, "every program "
		    "has to attach; without it a failure to attach is a "
		    "warning"),
		FLAG_S("out", &o->out, "FILE", "where to put the JSON report"),
		FLAG_S("markdown", &o->markdown, "FILE", "where to put the "
		    "Markdown report"),
		FLAG_N("concurrency", &o->concurrency, 1, 256, "N", "targets "
		    "at the same time"),
		FLAG_D("timeout", &o->timeout, 1000, 86400000, "time each "
		    "target may take"),
		FLAG_B("fresh-boot", &o->fresh, "boot every VM anew, without "
		    "templates"),
		FLAG_B("queue", &o->queue, "only queue the job, for a worker "
		    "of this workdir; prints its id"),
		FLAG_B("no-fetch", &o->no_fetch, "do not fetch missing "
		    "kernels first"),
		FLAG_S("workdir", &c->workdir, "DIR", "folder for the "
		    "database, runs and kernels"),
		FLAG_S("artifact-name", &o->name, "NAME", "for the history"),
		FLAG_S("artifact-version", &o->version, "VERSION", "for the "
		    "history"),
		FLAG_S("artifact-variant", &o->variant, "VARIANT", "for the "
		    "history"),
		FLAG_S("artifact-uri", &o->uri, "URI", "for the history"),
		FLAG_B("json", &o->json, "print the report itself on standard "
		    "output"),
		FLAG_B("keep-vm-on-failure", &o->keep_vm, "accepted for "
		    "scripts: evidence is always kept, VMs never are"),
		FLAG_S("runner", &o->runner, "NAME", "only \"vm\""),
		FLAG_S("manifest", &o->manifest, "FILE", "not supported by "
		    "this version"),
		FLAG_S("command", &o->command, "COMMAND", "not supported by "
		    "this version"),
		FLAG_S("command-binary", &o->command_binary, "FILE", "not "
		    "supported by this version"),
		FLAG_N("command-expect-exit", &o->expect_exit, 0, 255, "CODE",
		    "not supported by this version"),
		FLAG_N("disk-resize", &o->disk_resize, 0, 1024, "GIB", "not "
		    "supported by this version"),
		FLAG_LAST
	};
	const struct flags	 f = { "test", "", "Boots the kernels of a "
	    "matrix and asks each whether the object loads and\nattaches.  "
	    "Exit code: 0 every required kernel takes it, 2 one refuses it,\n"
	    "1 could not tell.", 0, table };
	int			 n;

	return flags_parse(&f, argc, argv, &n, code);
}

static enum err
refuse(struct diag *d, const char *flag, const char *why)
{
	return diag_set(d, ERR_UNSUPPORTED, flag, "--%s %s", flag, why);
}

static enum err
check(struct options *o, struct diag *d)
{
	static const char	 later[] = "is not supported by this version; "
				    "leave it out";

	if (o->artifact[0] == '\0')
		return diag_set(d, ERR_INVAL, "artifact",
		    "--artifact FILE is required");
	if (o->command[0] != '\0' || o->command_binary[0] != '\0' ||
	    o->expect_exit != 0)
		return refuse(d, "command", later);
	if (o->manifest[0] != '\0')
		return refuse(d, "manifest", later);
	if (o->disk_resize != 0)
		return refuse(d, "disk-resize", later);
	if (o->matrix[0] == '\0' && !o->quick)
		return diag_set(d, ERR_INVAL, "matrix",
		    "--matrix MATRIX or --quick is required");
	if (o->matrix[0] != '\0' && o->quick)
		return diag_set(d, ERR_INVAL, "matrix",
		    "--matrix and --quick exclude each other");
	if (o->mode[0] != '\0' && (o->mode = submit_mode(o->mode)) == NULL)
		return diag_set(d, ERR_INVAL, "validation-mode",
		    "--validation-mode must be load_only or load_attach");
	if (strcmp(o->mode, "load_only") == 0 && o->require_attach)
		return refuse(d, "require-attach", "and --validation-mode "
		    "load_only exclude each other");
	if (strcmp(o->mode, "behavior") == 0)
		return refuse(d, "validation-mode", "behavior needs a "
		    "manifest, which this version does not read");
	if (strcmp(o->runner, "vm") != 0)
		return refuse(d, "runner", "must be \"vm\"; objects are never "
		    "loaded on this host");
	return ERR_OK;
}

static enum err
read_report(const struct engine *g, const struct job *j, struct buf *b,
    struct jval **doc, struct diag *d)
{
	struct run	 run = { 0 };
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = store_run_get(g->db, j->run_id, &run)) != ERR_OK)
		return diag_set(d, e, NULL, "run %s has no row: %s",
		    j->run_id, err_text(e));
	if ((e = path_join(path, sizeof(path), g->workdir, run.report_path,
	    NULL)) == ERR_OK && (e = fsio_read(path, b, d)) == ERR_OK)
		e = jval_parse(buf_str(b), b->len, doc, d);
	run_clear(&run);
	return e;
}

/* Reports go where the user wants them, whole or not at all. */
static enum err
put_files(const struct options *o, const struct buf *json,
    const struct jval *doc, struct diag *d)
{
	struct buf	 md = BUF_INIT(REPORT_MAX);
	enum err	 e = ERR_OK;

	if (o->out[0] != '\0')
		e = fsio_write_atomic(o->out, json->data, json->len, 0644, d);
	if (e == ERR_OK && o->markdown[0] != '\0' &&
	    (e = report_markdown(doc, &md)) == ERR_OK)
		e = fsio_write_atomic(o->markdown, md.data, md.len, 0644, d);
	buf_clear(&md);
	return e;
}

static int
show_result(const struct engine *g, const struct options *o,
    const struct job *j, struct diag *d)
{
	struct buf	 json = BUF_INIT(REPORT_MAX);
	struct buf	 text = BUF_INIT(SUMMARY_MAX);
	struct jval	*doc = NULL;
	int		 code = CLI_ERROR;

	if (read_report(g, j, &json, &doc, d) != ERR_OK ||
	    put_files(o, &json, doc, d) != ERR_OK) {
		cli_error("test", o->json, d);
		goto out;
	}
	if (o->json)
		cli_print(&json);
	else {
		test_summary(doc, g->conf->workdir, &text);
		if (o->out[0] != '\0')
			buf_addf(&text, "Report: %s\n", o->out);
		if (o->markdown[0] != '\0')
			buf_addf(&text, "Markdown: %s\n", o->markdown);
		cli_print(&text);
	}
	code = (int)j->exit_code;
out:
	jval_free(doc);
	buf_clear(&json);
	buf_clear(&text);
	return code;
}

static int
result(const struct engine *g, const struct options *o, const char *id,
    struct diag *d)
{
	struct job	 j = { 0 };
	enum err	 e;
	int		 code;

	if ((e = store_job_get(g->db, id, &j)) != ERR_OK) {
		diag_set(d, e, NULL, "job %s: %s", id, err_text(e));
		return cli_error("test", o->json, d);
	}
	if (strcmp(j.state, "completed") == 0)
		code = show_result(g, o, &j, d);
	else {
		if (strcmp(j.state, "canceled") == 0)
			diag_set(d, ERR_CANCELED, NULL, "canceled");
		else if (strcmp(j.state, "failed") == 0)
			diag_set(d, ERR_UNAVAILABLE, NULL, "the job failed: "
			    "%s", j.error);
		else
			diag_set(d, ERR_CANCELED, NULL, "interrupted; job %s "
			    "waits for a worker of this workdir", id);
		code = cli_error("test", o->json, d);
	}
	job_clear(&j);
	return code;
}

static enum err
work_off(struct engine *g, const char *id, struct diag *d)
{
	struct progress		*p = progress_new(STDERR_FILENO,
				    PROGRESS_AUTO);
	struct test_view	*v = test_view_new(g->db, id, p);
	struct loop_opts	 lo = { id, test_view_update, v, true };
	enum err		 e;

	if (v == NULL)
		lo.observe = NULL;
	e = loop_run(g, &lo, d);
	test_view_free(v);
	progress_free(p);
	return e;
}

/* A kernel that does not come is an infra_error of its target, later. */
static void
fetch(const struct conf *c, const struct matrix *mx)
{
	struct diag	 d = DIAG_INIT;

	if (fetch_missing(c, mx, -1, &d) != ERR_OK)
		fprintf(stderr, "bpfcompat test: not all kernels are there: "
		    "%s\n", diag_text(&d));
}

static int
run(struct engine *g, const struct options *o, struct diag *d)
{
	struct matrix	 mx = { 0 };
	struct submit	 s = { o->artifact, o->name, o->version, o->variant,
			    o->uri, o->mode, &mx, o->timeout, o->concurrency,
			    o->fresh, o->require_attach };
	char		 id[JOB_ID_SIZE];
	enum err	 e;

	e = matrix_open(g->conf, o->quick ? "quick" : o->matrix,
	    &g->profiles, &mx, d);
	if (e == ERR_OK && !o->no_fetch && !o->queue)
		fetch(g->conf, &mx);
	if (e == ERR_OK)
		e = submit_job(g, &s, id, d);
	matrix_clear(&mx);
	if (e == ERR_OK && o->queue) {
		printf("%s\n", id);
		return CLI_OK;
	}
	if (e == ERR_OK && ((e = work_off(g, id, d)) == ERR_OK ||
	    e == ERR_CANCELED))
		return result(g, o, id, d);
	if (d->code == ERR_OK)
		d->code = e;
	return cli_error("test", o->json, d);
}

int
verb_test(struct conf *c, int argc, char **argv)
{
	struct options	 o = { "", "", "", "", "", "", "", "", "", "vm", "",
			    "", "", .concurrency = c->concurrency,
			    .timeout = TIMEOUT_DEFAULT_MS };
	struct engine	 g = { 0 };
	struct diag	 d = DIAG_INIT;
	int		 code;

	if (!parse(c, &o, argc, argv, &code))
		return code;
	if (check(&o, &d) != ERR_OK)
		return cli_error("test", o.json, &d);
	/* The display says it for people; who wants the log asks for it. */
	if (getenv("BPFCOMPAT_LOG_LEVEL") == NULL)
		log_open("bpfcompat", LOG_ERROR);
	if (engine_open(c, &g, &d) == ERR_OK)
		code = run(&g, &o, &d);
	else
		code = cli_error("test", o.json, &d);
	engine_close(&g);
	return code;
}
