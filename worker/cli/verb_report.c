/*
 * bpfcompat report: a report that is at hand, in another form.  And
 * report-summary, which is the older spelling of one of them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/out.h"
#include "domain/report.h"
#include "domain/suite_report.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"

struct	want {
	const char	*file, *format, *out, *source_root;
	int64_t		 max_targets, max_failures;
	bool		 json;
};

static enum err
read_report(const char *path, struct jval **doc, struct diag *d)
{
	struct buf	 b = BUF_INIT(REPORT_MAX);
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK &&
	    (e = jval_parse(buf_str(&b), b.len, doc, d)) != ERR_OK)
		diag_set(d, e, "report", "%s is no report: %.300s", path,
		    diag_text(d));
	buf_clear(&b);
	return e;
}

static bool
is_suite(const struct jval *doc)
{
	return strcmp(jval_get_str(doc, "schema_version", ""),
	    OUTCOME_SUITE_SCHEMA) == 0;
}

static enum err
unknown(const char *name, struct diag *d)
{
	struct buf	 b = BUF_INIT(256);
	enum err	 e;

	for (const struct out_format *f = out_formats; f->name != NULL; f++)
		buf_addf(&b, ", %s", f->name);
	e = diag_set(d, ERR_INVAL, "format", "there is no format \"%.40s\"; "
	    "there are: markdown%s", name, buf_str(&b));
	buf_clear(&b);
	return e;
}

static enum err
make(const struct want *w, const struct jval *doc, struct buf *b,
    struct diag *d)
{
	const struct out_opts	 o = { w->source_root,
				    (size_t)(w->max_targets > 0 ?
				    w->max_targets : 0),
				    (size_t)(w->max_failures > 0 ?
				    w->max_failures : 0) };
	const struct out_format	*f = out_find(w->format);
	struct outcome		*oc = NULL;
	enum err		 e;

	if (f == NULL && strcmp(w->format, "markdown") != 0)
		return unknown(w->format, d);
	/* Also to be sure that it is a report at all. */
	if ((e = outcome_read(doc, &oc, d)) != ERR_OK)
		return e;
	if (f != NULL)
		e = f->write(oc, &o, b);
	else
		e = is_suite(doc) ? suite_markdown(doc, b) :
		    report_markdown(doc, b);
	outcome_free(oc);
	return e;
}

static int
run(const struct want *w, const char *verb)
{
	struct buf	 b = BUF_INIT(REPORT_MAX);
	struct jval	*doc = NULL;
	struct diag	 d = DIAG_INIT;
	enum err	 e;
	int		 code;

	if ((e = read_report(w->file, &doc, &d)) == ERR_OK &&
	    (e = make(w, doc, &b, &d)) == ERR_OK && w->out[0] != '\0')
		e = cli_write_file(w->out, &b, &d);
	if (e != ERR_OK) {
		if (d.msg[0] == '\0')
			diag_set(&d, e, NULL, "%s", err_text(e));
		code = cli_error(verb, w->json, &d);
	} else
		code = w->out[0] != '\0' ? CLI_OK : cli_print(&b);
	jval_free(doc);
	buf_clear(&b);
	return code;
}

int
verb_report(struct conf *c, int argc, char **argv)
{
	struct want		 w = { .file = "", .format = "markdown",
				    .out = "", .source_root = "" };
	const struct flag	 table[] = {
		FLAG_S("format", &w.format, "FORMAT", "markdown, junit, "
		    "sarif, csv, summary, badge or html"),
		FLAG_S("out", &w.out, "FILE", "write it to a file instead of "
		    "standard output"),
		FLAG_S("source-root", &w.source_root, "DIR", "cut off the "
		    "names of source files"),
		FLAG_N("max-targets", &w.max_targets, 0, 100000, "N",
		    "rows of a summary (25)"),
		FLAG_N("max-failures", &w.max_failures, 0, 100000, "N",
		    "details of a summary (10)"),
		FLAG_B("json", &w.json, "say errors as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "report", "REPORT", "Shows a report, or "
	    "the report of a suite, in another form.  Exit code 0 whatever "
	    "it\nsays.", 1, table };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	(void)c;
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n != 1) {
		diag_set(&d, ERR_INVAL, "report", "name the report: "
		    "bpfcompat report --format FORMAT REPORT");
		return cli_error("report", w.json, &d);
	}
	w.file = argv[0];
	return run(&w, "report");
}

int
verb_report_summary(struct conf *c, int argc, char **argv)
{
	struct want		 w = { .file = "", .format = "summary",
				    .out = "", .source_root = "" };
	const struct flag	 table[] = {
		FLAG_S("report", &w.file, "FILE", "the report (required)"),
		FLAG_N("max-targets", &w.max_targets, INT64_MIN, 100000, "N",
		    "rows (25)"),
		FLAG_N("max-failures", &w.max_failures, INT64_MIN, 100000,
		    "N", "details (10)"),
		FLAG_B("json", &w.json, "say errors as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "report-summary", "", "The same as "
	    "\"report --format summary\".", 0, table };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	(void)c;
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (w.file[0] == '\0') {
		diag_set(&d, ERR_INVAL, "report", "--report FILE is required");
		return cli_error("report-summary", w.json, &d);
	}
	return run(&w, "report-summary");
}
