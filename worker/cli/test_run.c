#include "worker/cli/test_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "base/log.h"
#include "domain/report.h"
#include "domain/suite.h"
#include "worker/cli/cli.h"
#include "worker/cli/compile_show.h"
#include "worker/cli/fetch_show.h"
#include "worker/cli/job_report.h"
#include "worker/cli/progress.h"
#include "worker/cli/submit.h"
#include "worker/cli/test_show.h"
#include "worker/loop.h"

#define SUMMARY_MAX		((size_t)4 * 1024 * 1024)

void
test_defaults(struct test_options *o, const struct conf *c, const char *verb)
{
	const char	**texts[] = { &o->artifact, &o->matrix, &o->out,
			    &o->markdown, &o->mode, &o->name, &o->version,
			    &o->variant, &o->uri, &o->manifest, &o->command,
			    &o->files, &o->source, &o->clang_flags };

	memset(o, 0, sizeof(*o));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = "";
	o->verb = verb;
	o->runner = "vm";
	o->concurrency = c->concurrency;
	o->timeout = TEST_TIMEOUT_MS;
}

static enum err
refuse(struct diag *d, const char *flag, const char *why)
{
	return diag_set(d, ERR_UNSUPPORTED, flag, "--%s %s", flag, why);
}

static enum err
check_source(const struct test_options *o, struct diag *d)
{
	if (o->source[0] != '\0' && o->artifact[0] != '\0')
		return refuse(d, "source", "and --artifact exclude each "
		    "other");
	if (o->clang_flags[0] != '\0' && o->source[0] == '\0')
		return refuse(d, "clang-flags", "needs --source");
	return ERR_OK;
}

/* What is to be tested: an object, a source, or a command. */
static enum err
check_subject(const struct test_options *o, struct diag *d)
{
	static const char	 needs[] = "needs --command";

	if (o->command[0] == '\0') {
		if (o->files[0] != '\0')
			return refuse(d, "command-binary", needs);
		if (o->expect_exit != 0)
			return refuse(d, "command-expect-exit", needs);
		if (o->command_timeout != 0)
			return refuse(d, "command-timeout", needs);
		if (o->artifact[0] == '\0' && o->source[0] == '\0')
			return diag_set(d, ERR_INVAL, "artifact",
			    "--artifact FILE or --source FILE is required");
		return check_source(o, d);
	}
	if (o->command_timeout >= o->timeout)
		return refuse(d, "command-timeout", "must be shorter than "
		    "--timeout, which is for the whole target");
	if (o->source[0] != '\0')
		return refuse(d, "source", "and --command exclude each "
		    "other; compile it first");
	if (o->mode[0] != '\0' || o->require_attach)
		return refuse(d, o->require_attach ? "require-attach" :
		    "validation-mode", "and --command exclude each other: a "
		    "command loads and attaches by itself");
	return ERR_OK;
}

static enum err
check(struct test_options *o, struct diag *d)
{
	enum err	 e;

	if ((e = check_subject(o, d)) != ERR_OK)
		return e;
	if (o->disk_resize != 0)
		return refuse(d, "disk-resize", "is not supported by this "
		    "version; leave it out");
	if (o->matrix[0] == '\0' && !o->quick)
		return diag_set(d, ERR_INVAL, "matrix",
		    "--matrix MATRIX or --quick is required");
	if (o->matrix[0] != '\0' && o->quick)
		return diag_set(d, ERR_INVAL, "matrix",
		    "--matrix and --quick exclude each other");
	if (o->mode[0] != '\0' && (o->mode = suite_mode(o->mode)) == NULL)
		return diag_set(d, ERR_INVAL, "validation-mode",
		    "--validation-mode must be load_only, load_attach or "
		    "behavior");
	if (strcmp(o->mode, "load_only") == 0 && o->require_attach)
		return refuse(d, "require-attach", "and --validation-mode "
		    "load_only exclude each other");
	if (strcmp(o->runner, "vm") != 0)
		return refuse(d, "runner", "must be \"vm\"; objects are never "
		    "loaded on this host");
	return ERR_OK;
}

/* Reports where they are wanted, and the verdict; "code" if all is well. */
static int
show_report(const char *workdir, const struct test_options *o,
    const struct buf *json, const struct jval *doc, int code, struct diag *d)
{
	const struct outputs_to	 to = { o->out, o->markdown, &o->outputs,
				    report_markdown, REPORT_MAX };
	struct buf		 text = BUF_INIT(SUMMARY_MAX);

	if (outputs_put(&to, json, doc, d) != ERR_OK)
		return cli_error(o->verb, o->json, d);
	if (o->json)
		cli_print(json);
	else {
		test_summary(doc, workdir, &text);
		if (o->out[0] != '\0')
			buf_addf(&text, "Report: %s\n", o->out);
		if (o->markdown[0] != '\0')
			buf_addf(&text, "Markdown: %s\n", o->markdown);
		cli_print(&text);
	}
	buf_clear(&text);
	return code;
}

static int
show_result(const struct engine *g, const struct test_options *o,
    const struct job *j, struct diag *d)
{
	struct buf	 json = BUF_INIT(REPORT_MAX);
	struct jval	*doc = NULL;
	int		 code;

	if (job_report_read(g, j, &json, &doc, d) != ERR_OK)
		code = cli_error(o->verb, o->json, d);
	else
		code = show_report(g->conf->workdir, o, &json, doc,
		    job_canceled(j) ? CLI_ERROR : (int)j->exit_code, d);
	jval_free(doc);
	buf_clear(&json);
	return code;
}

static int
result(const struct engine *g, const struct test_options *o, const char *id,
    struct diag *d)
{
	struct job	 j = { 0 };
	enum err	 e;
	int		 code;

	if ((e = store_job_get(g->db, id, &j)) != ERR_OK) {
		diag_set(d, e, NULL, "job %s: %s", id, err_text(e));
		return cli_error(o->verb, o->json, d);
	}
	if (strcmp(j.state, "completed") == 0 ||
	    (job_canceled(&j) && job_has_report(g, &j)))
		code = show_result(g, o, &j, d);
	else if (compile_failed(&j))
		code = compile_show(g, &j, o->json);
	else {
		if (job_canceled(&j))
			diag_set(d, ERR_CANCELED, NULL, "canceled");
		else if (strcmp(j.state, "failed") == 0)
			diag_set(d, ERR_UNAVAILABLE, NULL, "the job failed: "
			    "%s", j.error);
		else
			diag_set(d, ERR_CANCELED, NULL, "interrupted; job %s "
			    "waits for a worker of this workdir", id);
		code = cli_error(o->verb, o->json, d);
	}
	job_clear(&j);
	return code;
}

static enum err
work_off(struct engine *g, const char *id, struct diag *d)
{
	struct progress		*p = progress_new(STDERR_FILENO,
				    PROGRESS_AUTO);
	struct test_view	*v = test_view_new(g->db, id, "", p);
	const char		*jobs[] = { id };
	struct loop_opts	 lo = { jobs, 1, test_view_update, v, true };
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

/* When none is given: a minute, and time enough for the guest around it. */
static int64_t
command_time(const struct test_options *o)
{
	if (o->command_timeout != 0)
		return o->command_timeout;
	return COMMAND_MS < o->timeout / 2 ? COMMAND_MS : o->timeout / 2;
}

static struct submit
order_of(const struct test_options *o, const struct matrix *mx)
{
	bool	 source = o->source[0] != '\0';

	return (struct submit){ .artifact = source ? o->source : o->artifact,
	    .source = source, .clang_flags = o->clang_flags, .name = o->name,
	    .version = o->version, .variant = o->variant, .uri = o->uri,
	    .mode = o->mode, .matrix = mx, .timeout_ms = o->timeout,
	    .concurrency = o->concurrency, .fresh_boot = o->fresh,
	    .require_attach = o->require_attach, .manifest = o->manifest,
	    .files = o->files };
}

static int
run(struct engine *g, const struct test_options *o, struct diag *d)
{
	struct matrix	 mx = { 0 };
	struct command	 c = { .timeout_ms = command_time(o),
			    .expect_exit = (int)o->expect_exit };
	struct submit	 s = order_of(o, &mx);
	char		 id[JOB_ID_SIZE];
	enum err	 e;

	/* The command is only lent; nothing here writes to it. */
	c.text = (char *)(uintptr_t)o->command;
	if (o->command[0] != '\0')
		s.command = &c;
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
	return cli_error(o->verb, o->json, d);
}

/* --- on a server ------------------------------------------------------------ */

static int
remote_result(const struct test_options *o, const struct jval *job,
    struct diag *d)
{
	const struct jval	*r = jval_get(job, "result");
	const struct jval	*doc = jval_get(r, "report");
	struct buf		 json = BUF_INIT(REPORT_MAX);
	struct jsonw		 w;
	int			 code;

	if (doc == NULL) {
		diag_set(d, ERR_UNAVAILABLE, NULL, "the job %s: %.700s",
		    jval_get_str(job, "state", "?"), jval_get_str(job,
		    "error", "no result"));
		return cli_error(o->verb, o->json, d);
	}
	jsonw_init(&w, &json, JSONW_INDENT);
	jval_write(doc, &w, NULL, REPORT_MAX);
	buf_addc(&json, '\n');
	code = show_report("(on the server)", o, &json, doc,
	    (int)jval_get_int(r, "exit_code", CLI_ERROR), d);
	buf_clear(&json);
	return code;
}

static int
run_remote(struct conf *c, struct test_options *o, struct diag *d)
{
	struct progress	*p = progress_new(STDERR_FILENO, PROGRESS_AUTO);
	struct matrix	 mx = { 0 };
	struct submit	 s = order_of(o, &mx);
	struct command	 cmd = { 0 };
	struct jval	*job = NULL;
	char		 id[JOB_ID_SIZE], note[80];
	enum err	 e;
	int		 code;

	o->remote.conf = c;
	if (o->command[0] != '\0')
		s.command = &cmd;
	e = matrix_open(c, o->quick ? "quick" : o->matrix, NULL, &mx, d);
	if (e == ERR_OK && (e = remote_submit(&o->remote, &s, id, d)) ==
	    ERR_OK && !o->queue) {
		snprintf(note, sizeof(note), "job %s", id);
		progress_note(p, note);
		e = remote_wait(&o->remote, id, "", p, &job, d);
	}
	matrix_clear(&mx);
	progress_free(p);
	if (e != ERR_OK)
		return cli_error(o->verb, o->json, d);
	if (o->queue) {
		printf("%s\n", id);
		return CLI_OK;
	}
	code = remote_result(o, job, d);
	jval_free(job);
	return code;
}

int
test_run(struct conf *c, struct test_options *o)
{
	struct engine	 g = { 0 };
	struct diag	 d = DIAG_INIT;
	int		 code;

	if (check(o, &d) != ERR_OK)
		return cli_error(o->verb, o->json, &d);
	if (o->remote.url != NULL)
		return run_remote(c, o, &d);
	/* The display says it for people; who wants the log asks for it. */
	if (getenv("BPFCOMPAT_LOG_LEVEL") == NULL)
		log_open("bpfcompat", LOG_ERROR);
	if (engine_open(c, &g, &d) == ERR_OK)
		code = run(&g, o, &d);
	else
		code = cli_error(o->verb, o->json, &d);
	engine_close(&g);
	return code;
}
