/*
 * Two runs held together.  POST takes what clients know (paths of reports,
 * or a name and two versions); GET takes the same and run ids as parameters,
 * so that a comparison has an address.  Both only read.
 */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "domain/compare_load.h"
#include "handlers.h"
#include "stored.h"

/* A parsed report takes about ten times its text, and a child is to stay
   small; larger ones are for the command line. */
#define REPORT_HERE_MAX	((size_t)24 * 1024 * 1024)

enum { C_BASE_REPORT, C_HEAD_REPORT, C_NAME, C_BASE_VERSION, C_HEAD_VERSION,
	C_BASE_RUN, C_HEAD_RUN, C_COST, C_FAIL_ON, C_FORMAT };

static enum err
field_cost(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	if (field_count(f, conf, v, NULL) == ERR_OK &&
	    v->num <= COMPARE_COST_PERCENT_MAX)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, f->name, "%s must be a whole number "
	    "of percent from 0 to %d", f->name, COMPARE_COST_PERCENT_MAX);
}

static enum err
field_strict(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	unsigned int	 mask;

	(void)f;
	(void)conf;
	return compare_strict_parse(v->str, &mask, d);
}

static enum err
field_format(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (strcmp(v->str, "json") == 0 || strcmp(v->str, "markdown") == 0 ||
	    strcmp(v->str, "text") == 0)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, f->name,
	    "%s must be json, markdown or text", f->name);
}

#define ANY	(FIELD_QUERY | FIELD_FORM)

const struct field compare_fields[] = {
	[C_BASE_REPORT] = { "base_report", field_text, ANY, 1024 },
	[C_HEAD_REPORT] = { "head_report", field_text, ANY, 1024 },
	[C_NAME] = { "artifact_name", field_text, ANY, 256 },
	[C_BASE_VERSION] = { "base_version", field_text, ANY, 256 },
	[C_HEAD_VERSION] = { "head_version", field_text, ANY, 256 },
	[C_BASE_RUN] = { "base_run_id", field_run_id, ANY, 64 },
	[C_HEAD_RUN] = { "head_run_id", field_run_id, ANY, 64 },
	[C_COST] = { "cost_threshold_percent", field_cost,
	    ANY | FIELD_NUMBER, 16 },
	[C_FAIL_ON] = { "fail_on", field_strict, ANY, 64 },
	[C_FORMAT] = { "format", field_format, ANY, 16 },
	{ NULL, NULL, 0, 0 },
};

/* --- a report by its path --------------------------------------------------- */

/* The same words for what is missing, elsewhere, or no file. */
static enum err
no_such_path(const char *field, struct diag *d)
{
	return diag_set(d, ERR_INVAL, field, "%s must be the path of a "
	    "report of this server, runs/RUN/report.json, or of one in its "
	    "folder reports/", field);
}

static enum err
from_reports(const struct app *app, const struct compare_from *f,
    const char *rel, const char *field, struct compare_side *s,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(f->max);
	char		 shown[COMPARE_PATH_MAX], *p;
	int64_t		 size = 0;
	ssize_t		 n = 0;
	enum err	 e;
	int		 fd;

	if (stored_open(app, "../reports", rel, &fd, &size) != ERR_OK)
		return no_such_path(field, d);
	if (size > (int64_t)f->max)
		e = diag_set(d, ERR_TOOBIG, field, "the report is larger "
		    "than the %zu bytes that are compared here", f->max);
	else if ((p = buf_reserve(&b, (size_t)size)) == NULL)
		e = buf_err(&b);
	else {
		while (b.len < (size_t)size && (n = read(fd, p + b.len,
		    (size_t)size - b.len)) > 0)
			buf_commit(&b, (size_t)n);
		snprintf(shown, sizeof(shown), "reports/%s", rel);
		e = n < 0 ? ERR_IO : compare_side_text(f, buf_str(&b), b.len,
		    shown, field, s, d);
	}
	close(fd);
	buf_clear(&b);
	return e;
}

/*
 * Nothing but reports can be named: runs/ID/report.json of the work folder,
 * also with the folder in front, or a file below reports/ beside it.
 */
static enum err
from_path(const struct app *app, const struct compare_from *f,
    const char *path, const char *field, struct compare_side *s,
    struct diag *d)
{
	static const char	 runs[] = "runs/", reports[] = "reports/",
				 tail[] = "/report.json";
	char			 id[TIME_RUN_ID_SIZE];
	size_t			 n = strlen(app->conf->workdir);
	enum err		 e;

	if (strncmp(path, app->conf->workdir, n) == 0 && path[n] == '/')
		path += n + 1;
	if (strncmp(path, reports, sizeof(reports) - 1) == 0)
		return from_reports(app, f, path + sizeof(reports) - 1,
		    field, s, d);
	n = sizeof(id) - 1;
	if (strncmp(path, runs, sizeof(runs) - 1) != 0 ||
	    strlen(path) != sizeof(runs) - 1 + n + sizeof(tail) - 1 ||
	    strcmp(path + sizeof(runs) - 1 + n, tail) != 0)
		return no_such_path(field, d);
	snprintf(id, sizeof(id), "%s", path + sizeof(runs) - 1);
	e = compare_side_run(f, id, field, s, d);
	return e == ERR_NOTFOUND ? no_such_path(field, d) : e;
}

/* --- the two sides ----------------------------------------------------------- */

static enum err
side(const struct app *app, const struct compare_from *f,
    const struct value *v, bool head, struct compare_side *s, struct diag *d)
{
	const struct value	*run = &v[head ? C_HEAD_RUN : C_BASE_RUN];
	const struct value	*rep = &v[head ? C_HEAD_REPORT :
				    C_BASE_REPORT];
	const struct value	*ver = &v[head ? C_HEAD_VERSION :
				    C_BASE_VERSION];
	const char		*word = head ? "head" : "base";
	char			 field[32];
	/* One path alone is ignored, as clients are used to. */
	bool			 paths = v[C_BASE_REPORT].set &&
				    v[C_HEAD_REPORT].set;

	if (run->set) {
		snprintf(field, sizeof(field), "%s_run_id", word);
		return compare_side_run(f, run->str, field, s, d);
	}
	if (paths) {
		snprintf(field, sizeof(field), "%s_report", word);
		return from_path(app, f, rep->str, field, s, d);
	}
	snprintf(field, sizeof(field), "%s_version", word);
	if (v[C_NAME].set && ver->set)
		return compare_side_version(f, v[C_NAME].str, ver->str,
		    field, s, d);
	return diag_set(d, ERR_INVAL, v[C_NAME].set ? field :
	    "artifact_name", "name the two runs: base_run_id and "
	    "head_run_id, or artifact_name with base_version and "
	    "head_version, or base_report and head_report");
}

static void
show(struct call *c, const struct compare *cmp)
{
	const struct value	*format = &c->f.v[C_FORMAT];
	struct jsonw		*w;

	c->rp->cache = CACHE_NONE;
	if (format->set && strcmp(format->str, "json") != 0) {
		bool	 md = format->str[0] == 'm';

		c->rp->type = md ? "text/markdown; charset=utf-8" :
		    "text/plain; charset=utf-8";
		if (md)
			compare_markdown(cmp, &c->rp->body, time_now_ms());
		else
			compare_text(cmp, &c->rp->body);
		return;
	}
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	compare_json(cmp, w, "diff", time_now_ms());
	jsonw_end(w);
}

enum err
h_compare(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	struct compare_from	 f = { NULL, app->conf->workdir,
				    REPORT_HERE_MAX };
	struct compare_opts	 o = { COMPARE_COST_PERCENT, 0 };
	struct compare_side	 base = { 0 }, head = { 0 };
	struct compare		 cmp = { 0 };
	enum err		 e;

	if (v[C_COST].set)
		o.cost_percent = v[C_COST].num;
	if ((e = compare_strict_parse(v[C_FAIL_ON].str, &o.strict, &c->d)) ==
	    ERR_OK && (e = app_db(app, &f.db, &c->d)) == ERR_OK &&
	    (e = side(app, &f, v, false, &base, &c->d)) == ERR_OK &&
	    (e = side(app, &f, v, true, &head, &c->d)) == ERR_OK &&
	    (e = compare_sides(&cmp, &base, &head, &o)) == ERR_OK)
		show(c, &cmp);
	compare_clear(&cmp);
	compare_side_clear(&base);
	compare_side_clear(&head);
	/* The documents were large; the child goes on being small. */
	malloc_trim(0);
	return e;
}
