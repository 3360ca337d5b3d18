#include "worker/cli/suite_run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "domain/outcome.h"
#include "domain/report.h"
#include "worker/cli/cli.h"
#include "worker/cli/fetch_show.h"
#include "worker/cli/job_report.h"
#include "worker/cli/suite_show.h"
#include "worker/loop.h"

/* --- the report while it grows ------------------------------------------------- */

static void
describe(const struct suite_ctx *x, bool finished, const struct jval **parts,
    struct suite_run *r)
{
	for (size_t i = 0; i < x->n; i++)
		parts[i] = x->item[i].part;
	*r = (struct suite_run){ .name = x->s.name,
	    .started_ms = x->started_ms, .finished_ms = time_now_ms(),
	    .finished = finished, .canceled = x->canceled,
	    .baseline = x->o->baseline, .cases = parts, .n = x->n };
}

/* Of all cases that ended so far. */
static enum err
make_report(const struct suite_ctx *x, bool finished, struct buf *b)
{
	const struct jval	**parts = calloc(x->n + 1, sizeof(*parts));
	struct suite_run	 r;
	enum err		 e;

	if (parts == NULL)
		return ERR_NOMEM;
	describe(x, finished, parts, &r);
	e = suite_report_write(b, &r);
	free(parts);
	return e;
}

/* So that a suite that is killed leaves evidence. */
static void
write_interim(struct suite_ctx *x)
{
	struct buf	 b = BUF_INIT(SUITE_REPORT_MAX);

	if (x->o->out[0] != '\0' && x->failed == ERR_OK &&
	    (x->failed = make_report(x, false, &b)) == ERR_OK)
		x->failed = cli_write_file(x->o->out, &b, &x->diag);
	buf_clear(&b);
}

/* --- a case that ended ------------------------------------------------------------ */

static void
keep_part(struct suite_ctx *x, struct suite_item *it,
    const struct suite_case_end *end, const struct jval *report)
{
	struct buf	 b = BUF_INIT(SUITE_REPORT_MAX);

	it->ended = true;
	if ((x->failed = suite_case_write(&b, it->c, end, report,
	    x->baseline)) == ERR_OK)
		x->failed = jval_parse(buf_str(&b), b.len, &it->part,
		    &x->diag);
	buf_clear(&b);
	write_interim(x);
	if (!x->o->stop || x->stopped_by != NULL || x->canceled ||
	    jval_get_int(it->part, "exit_code", 1) == 0)
		return;
	x->stopped_by = it->c->name;
	for (size_t i = 0; i < x->n; i++)
		if (!x->item[i].ended && x->item[i].job_id[0] != '\0')
			(void)store_job_cancel(x->g->db, x->item[i].job_id);
}

static void
end_error(struct suite_ctx *x, struct suite_item *it, const char *why)
{
	const struct suite_case_end	 end = { "error", 1, why, "", "",
					    it->resumed };

	keep_part(x, it, &end, NULL);
}

static void
end_skipped(struct suite_ctx *x, struct suite_item *it)
{
	char				 why[160];
	const struct suite_case_end	 end = { "skipped", 0, why, "", "",
					    it->resumed };

	snprintf(why, sizeof(why), "not run: the suite stopped after %.64s",
	    x->stopped_by);
	keep_part(x, it, &end, NULL);
}

/* The case's own report and its Markdown. */
static enum err
put_case_files(const struct suite_ctx *x, const struct suite_item *it,
    const struct buf *json, const struct jval *doc, char paths[2][PATH_MAX],
    struct diag *d)
{
	struct buf	 md = BUF_INIT(REPORT_MAX);
	enum err	 e;

	if ((e = suite_item_path(x, it, ".json", paths[0], PATH_MAX)) ==
	    ERR_OK && (e = suite_item_path(x, it, ".md", paths[1],
	    PATH_MAX)) == ERR_OK && (e = cli_write_file(paths[0], json, d)) ==
	    ERR_OK && (e = report_markdown(doc, &md)) == ERR_OK)
		e = cli_write_file(paths[1], &md, d);
	buf_clear(&md);
	return e;
}

static void
end_completed(struct suite_ctx *x, struct suite_item *it,
    const struct job *j)
{
	struct suite_case_end	 end = { "error", (int)j->exit_code, "", "",
				    "", it->resumed };
	struct buf		 json = BUF_INIT(REPORT_MAX);
	struct jval		*doc = NULL;
	struct diag		 d = DIAG_INIT;
	char			 paths[2][PATH_MAX];

	if (job_report_read(x->g, j, &json, &doc, &d) != ERR_OK ||
	    put_case_files(x, it, &json, doc, paths, &d) != ERR_OK) {
		end_error(x, it, diag_text(&d));
		goto out;
	}
	end.status = jval_get_str(jval_get(doc, "summary"), "status",
	    "error");
	end.json_path = paths[0];
	end.markdown_path = paths[1];
	keep_part(x, it, &end, doc);
out:
	jval_free(doc);
	buf_clear(&json);
}

/* True when the job is over, with the case's part made. */
static bool
take_end(struct suite_ctx *x, struct suite_item *it)
{
	struct job	 j = { 0 };
	char		 why[DIAG_MSG_MAX];

	if (store_job_get(x->g->db, it->job_id, &j) != ERR_OK) {
		end_error(x, it, "the job's row cannot be read");
		return true;
	}
	if (strcmp(j.state, "completed") == 0)
		end_completed(x, it, &j);
	else if (job_canceled(&j) && x->stopped_by != NULL)
		end_skipped(x, it);
	else if (job_canceled(&j)) {
		x->canceled = true;
		end_error(x, it, "canceled before it had its verdict");
	} else if (strcmp(j.state, "failed") == 0) {
		snprintf(why, sizeof(why), "the job failed: %.900s", j.error);
		end_error(x, it, why);
	}
	job_clear(&j);
	return it->ended;
}

static void
observe(void *arg)
{
	struct suite_ctx	*x = arg;

	for (size_t i = 0; i < x->n; i++) {
		struct suite_item	*it = &x->item[i];

		if (it->ended || it->job_id[0] == '\0')
			continue;
		if (it->view != NULL)
			test_view_update(it->view);
		take_end(x, it);
	}
}

/* --- before the first case starts ------------------------------------------------- */

/* A kernel that does not come is an infra_error of its target, later. */
static void
fetch(const struct suite_ctx *x, const struct matrix *mx)
{
	struct diag	 d = DIAG_INIT;

	if (!x->o->no_fetch && fetch_missing(x->g->conf, mx, -1, &d) !=
	    ERR_OK)
		fprintf(stderr, "bpfcompat suite: not all kernels are there: "
		    "%s\n", diag_text(&d));
}

/* A case that cannot be configured is an error of its own, not the end. */
static void
prepare(struct suite_ctx *x, struct suite_item *it)
{
	struct matrix	 mx = { 0 };
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	if ((e = suite_item_check(x, it, &mx, &d)) == ERR_OK) {
		if (x->o->resume)
			suite_state_find(x, it);
		if (it->job_id[0] == '\0') {
			fetch(x, &mx);
			e = suite_item_submit(x, it, &mx, &d);
		}
	}
	if (e == ERR_OK)
		it->view = test_view_new(x->g->db, it->job_id, it->c->name,
		    x->progress);
	else {
		if (d.msg[0] == '\0')
			diag_set(&d, e, NULL, "%s", err_text(e));
		it->job_id[0] = '\0';
		end_error(x, it, diag_text(&d));
	}
	matrix_clear(&mx);
}

static void
prepare_all(struct suite_ctx *x)
{
	size_t	 resumed = 0;
	char	 note[96];

	for (size_t i = 0; i < x->n; i++) {
		if (x->stopped_by != NULL)
			end_skipped(x, &x->item[i]);
		else
			prepare(x, &x->item[i]);
		resumed += x->item[i].resumed;
	}
	if (resumed == 0)
		return;
	snprintf(note, sizeof(note), "resumed: %zu of %zu cases", resumed,
	    x->n);
	progress_note(x->progress, note);
}

static enum err
work_off(struct suite_ctx *x, struct diag *d)
{
	const char		**jobs = calloc(x->n + 1, sizeof(*jobs));
	struct loop_opts	  lo = { jobs, 0, observe, x, true };
	enum err		  e;

	if (jobs == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < x->n; i++)
		if (!x->item[i].ended)
			jobs[lo.njobs++] = x->item[i].job_id;
	e = lo.njobs == 0 ? ERR_OK : loop_run(x->g, &lo, d);
	free(jobs);
	if (e != ERR_OK && e != ERR_CANCELED)
		return e;
	x->canceled = x->canceled || e == ERR_CANCELED;
	for (size_t i = 0; i < x->n; i++)
		if (!x->item[i].ended && !take_end(x, &x->item[i]))
			end_error(x, &x->item[i], "interrupted; its job "
			    "waits for --resume");
	return ERR_OK;
}

/* --- the end ------------------------------------------------------------------------ */

static int
show(const struct suite_ctx *x, const struct buf *json,
    const struct jval *doc, struct diag *d)
{
	const struct suite_options *o = x->o;
	struct buf	 text = BUF_INIT(SUITE_REPORT_MAX);
	struct outcome	*oc = NULL;
	int		 code;

	if (outcome_read(doc, &oc, d) != ERR_OK)
		return cli_error("suite", o->json, d);
	if (o->json)
		cli_print(json);
	else {
		suite_show(oc, &text);
		if (o->out[0] != '\0')
			buf_addf(&text, "Report: %s\n", o->out);
		if (o->markdown[0] != '\0')
			buf_addf(&text, "Markdown: %s\n", o->markdown);
		cli_print(&text);
	}
	code = oc->exit_code;
	outcome_free(oc);
	buf_clear(&text);
	return code;
}

static int
finish(struct suite_ctx *x)
{
	const struct outputs_to	 to = { x->o->out, x->o->markdown,
				    &x->o->outputs, suite_markdown,
				    SUITE_REPORT_MAX };
	struct buf		 json = BUF_INIT(SUITE_REPORT_MAX);
	struct jval		*doc = NULL;
	enum err		 e = x->failed;
	int		 code;

	if (e == ERR_OK && (e = make_report(x, true, &json)) == ERR_OK &&
	    (e = jval_parse(buf_str(&json), json.len, &doc, &x->diag)) ==
	    ERR_OK)
		e = outputs_put(&to, &json, doc, &x->diag);
	if (e == ERR_OK)
		code = show(x, &json, doc, &x->diag);
	else {
		if (x->diag.msg[0] == '\0')
			diag_set(&x->diag, e, NULL, "%s", err_text(e));
		code = cli_error("suite", x->o->json, &x->diag);
	}
	jval_free(doc);
	buf_clear(&json);
	return code;
}

/* --- choosing and reading ------------------------------------------------------------- */

/* Is "name" one of the words of "a,b"? */
static bool
in_words(const char *words, const char *name)
{
	size_t	 n = strlen(name), len;

	for (; *words != '\0'; words += len + (words[len] == ',')) {
		len = strcspn(words, ",");
		if (len == n && strncmp(words, name, n) == 0)
			return true;
	}
	return false;
}

static enum err
known_words(const struct suite_ctx *x, struct diag *d)
{
	const char	*words = x->o->cases;
	char		 name[80];
	size_t		 len, i;

	for (; *words != '\0'; words += len + (words[len] == ',')) {
		len = strcspn(words, ",");
		snprintf(name, sizeof(name), "%.*s", (int)len, words);
		for (i = 0; i < x->s.n; i++)
			if (strcmp(x->s.cases[i].name, name) == 0)
				break;
		if (i == x->s.n)
			return diag_set(d, ERR_INVAL, "case", "%s has no case "
			    "\"%s\"", x->s.label, name);
	}
	return ERR_OK;
}

static enum err
choose(struct suite_ctx *x, struct diag *d)
{
	enum err	 e;

	if ((e = known_words(x, d)) != ERR_OK)
		return e;
	if ((x->item = calloc(x->s.n, sizeof(*x->item))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < x->s.n; i++)
		if (x->o->cases[0] == '\0' || in_words(x->o->cases,
		    x->s.cases[i].name))
			x->item[x->n++].c = &x->s.cases[i];
	return ERR_OK;
}

static enum err
read_baseline(struct suite_ctx *x, struct diag *d)
{
	struct buf	 b = BUF_INIT(SUITE_REPORT_MAX);
	enum err	 e;

	if (x->o->baseline[0] == '\0')
		return ERR_OK;
	if ((e = fsio_read(x->o->baseline, &b, d)) == ERR_OK)
		e = jval_parse(buf_str(&b), b.len, &x->baseline, d);
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	if (strcmp(jval_get_str(x->baseline, "schema_version", ""),
	    OUTCOME_SUITE_SCHEMA) != 0 || strcmp(jval_get_str(x->baseline,
	    "status", ""), "running") == 0)
		return diag_set(d, ERR_INVAL, "baseline", "%s is not the "
		    "report of a finished suite (%s)", x->o->baseline,
		    OUTCOME_SUITE_SCHEMA);
	return ERR_OK;
}

static enum err
read_file(struct suite_ctx *x, struct diag *d)
{
	struct buf	 b = BUF_INIT(YAML_FILE_MAX);
	enum err	 e;

	if ((e = fsio_read(x->o->file, &b, d)) == ERR_OK)
		e = suite_parse(x->o->file, buf_str(&b), b.len, &x->s, d);
	buf_clear(&b);
	if (e == ERR_OK && (e = choose(x, d)) == ERR_OK)
		e = read_baseline(x, d);
	return e;
}

/* The command line, then the suite, then what the environment says. */
static enum err
choose_workdir(struct suite_ctx *x, struct conf *c, char path[PATH_MAX],
    struct diag *d)
{
	if (x->o->workdir[0] != '\0')
		c->workdir = x->o->workdir;
	else if (x->s.workdir[0] != '\0') {
		if (suite_path(&x->s, x->s.workdir, path, PATH_MAX) != ERR_OK)
			return diag_set(d, ERR_INVAL, "workdir",
			    "the path is too long");
		c->workdir = path;
	}
	return ERR_OK;
}

static int
check_all(struct suite_ctx *x)
{
	int	 code = CLI_OK;

	for (size_t i = 0; i < x->n; i++) {
		struct matrix	 mx = { 0 };
		struct diag	 d = DIAG_INIT;
		enum err	 e = suite_item_check(x, &x->item[i], &mx,
				    &d);

		if (e != ERR_OK) {
			if (d.msg[0] == '\0')
				diag_set(&d, e, NULL, "%s", err_text(e));
			fprintf(stderr, "bpfcompat suite: case %s: %s\n",
			    x->item[i].c->name, diag_text(&d));
			code = CLI_ERROR;
		}
		matrix_clear(&mx);
	}
	return code == CLI_OK ? suite_show_plan(&x->s, x->o->json) : code;
}

static int
run(struct suite_ctx *x, struct diag *d)
{
	char	 dir[PATH_MAX];

	if (x->o->check)
		return check_all(x);
	if (x->o->concurrency != 0 && x->g->slots > x->o->concurrency)
		x->g->slots = (int)x->o->concurrency;
	/* Rather now than after an hour of work. */
	if (suite_path(&x->s, x->s.report_dir, dir, sizeof(dir)) != ERR_OK ||
	    fsio_mkdirs(dir, d) != ERR_OK || suite_state_open(x, d) != ERR_OK)
		return cli_error("suite", x->o->json, d);
	prepare_all(x);
	if (suite_state_write(x, d) != ERR_OK || work_off(x, d) != ERR_OK)
		return cli_error("suite", x->o->json, d);
	/* The live lines go before the verdict comes. */
	for (size_t i = 0; i < x->n; i++) {
		test_view_free(x->item[i].view);
		x->item[i].view = NULL;
	}
	progress_free(x->progress);
	x->progress = NULL;
	return finish(x);
}

static void
clear(struct suite_ctx *x)
{
	for (size_t i = 0; i < x->n; i++) {
		jval_free(x->item[i].part);
		test_view_free(x->item[i].view);
	}
	free(x->item);
	jval_free(x->baseline);
	progress_free(x->progress);
	suite_state_close(x);
	suite_clear(&x->s);
}

int
suite_run(struct conf *c, const struct suite_options *o)
{
	struct engine		 g = { 0 };
	struct suite_ctx	 x = { .g = &g, .o = o, .lock = -1,
				    .started_ms = time_now_ms() };
	struct diag		 d = DIAG_INIT;
	char			 workdir[PATH_MAX];
	int			 code;

	/* The display says it for people; who wants the log asks for it. */
	if (getenv("BPFCOMPAT_LOG_LEVEL") == NULL)
		log_open("bpfcompat", LOG_ERROR);
	x.progress = progress_new(STDERR_FILENO, PROGRESS_AUTO);
	if (read_file(&x, &d) == ERR_OK &&
	    choose_workdir(&x, c, workdir, &d) == ERR_OK &&
	    engine_open(c, &g, &d) == ERR_OK)
		code = run(&x, &d);
	else
		code = cli_error("suite", o->json, &d);
	clear(&x);
	engine_close(&g);
	return code;
}
