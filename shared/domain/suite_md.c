/*
 * A suite's report as Markdown.  As in report_md.c only literals of this
 * file make structure; every text of the report is escaped.
 */
#include <stdio.h>
#include <string.h>

#include "domain/report.h"
#include "domain/report_md.h"
#include "domain/suite_report.h"

static const char *
str(const struct jval *j, const char *key)
{
	return jval_get_str(j, key, "");
}

static void
header(struct buf *b, const struct jval *r)
{
	const struct jval	*base = jval_get(r, "baseline");
	char			 text[160];

	buf_adds(b, "# bpfcompat Suite Report\n\n");
	md_bullet(b, "Suite", str(r, "name"));
	buf_adds(b, "- Status: **");
	report_md_text(b, str(r, "status"), MD_CELL_MAX);
	buf_addf(b, "**\n- Exit Code: %lld\n",
	    (long long)jval_get_int(r, "exit_code", 1));
	md_bullet(b, "Started At", str(r, "started_at"));
	md_bullet(b, "Finished At", str(r, "finished_at"));
	if (base == NULL)
		return;
	snprintf(text, sizeof(text), "%lld new failures, %lld known, %lld of "
	    "them for another cause, %lld fixed",
	    (long long)jval_get_int(base, "new_failures", 0),
	    (long long)jval_get_int(base, "known_failures", 0),
	    (long long)jval_get_int(base, "cause_changed", 0),
	    (long long)jval_get_int(base, "fixed", 0));
	md_bullet(b, "Baseline", str(base, "path"));
	md_bullet(b, "Against It", text);
}

static void
case_row(struct buf *b, const struct jval *c)
{
	char	 text[96];

	buf_addc(b, '|');
	md_cell(b, str(c, "name"));
	md_cell(b, str(c, "validation_mode"));
	md_cell(b, str(c, "status"));
	snprintf(text, sizeof(text), "%lld/%lld",
	    (long long)jval_get_int(c, "required_passed", 0),
	    (long long)jval_get_int(c, "required_failed", 0));
	md_cell(b, text);
	text[0] = '\0';
	if (str(c, "behavior_status")[0] != '\0')
		snprintf(text, sizeof(text), "%.8s (%lld passed, %lld "
		    "failed)", str(c, "behavior_status"),
		    (long long)jval_get_int(c, "behavior_passed", 0),
		    (long long)jval_get_int(c, "behavior_failed", 0));
	md_cell(b, text[0] != '\0' ? text : "-");
	snprintf(text, sizeof(text), "%lld",
	    (long long)jval_get_int(c, "total_profiles", 0));
	md_cell(b, text);
	md_cell(b, str(c, "error")[0] != '\0' ? str(c, "error") :
	    str(c, "report_json_path"));
	buf_addc(b, '\n');
}

static const struct jval *
target_of(const struct jval *c, const char *profile)
{
	const struct jval	*all = jval_get(c, "targets");

	for (size_t i = 0; i < jval_len(all); i++)
		if (strcmp(str(jval_at(all, i), "profile_id"), profile) == 0)
			return jval_at(all, i);
	return NULL;
}

/* Was the profile a row of an earlier case (or an earlier row of this)? */
static bool
shown(const struct jval *cases, size_t upto, const char *profile)
{
	for (size_t i = 0; i < upto; i++)
		if (target_of(jval_at(cases, i), profile) != NULL)
			return true;
	return false;
}

static void
cell(struct buf *b, const struct jval *t)
{
	const struct jval	*x = jval_get(t, "expected");
	char			 text[200];

	if (t == NULL) {
		buf_adds(b, " - |");
		return;
	}
	snprintf(text, sizeof(text), "%.16s%s%s%.64s%s%.16s%s",
	    str(t, "status"), jval_get_bool(t, "required", false) ?
	    ", required" : "", str(t, "classification_code")[0] != '\0' ?
	    ", " : "", str(t, "classification_code"),
	    str(t, "baseline")[0] != '\0' ? ", " : "", str(t, "baseline"),
	    jval_get_bool(x, "met", false) && strcmp(str(t, "status"),
	    "fail") == 0 ? ", expected" : "");
	md_cell(b, text);
}

static void
row(struct buf *b, const struct jval *cases, const char *profile)
{
	buf_addc(b, '|');
	md_cell(b, profile);
	for (size_t i = 0; i < jval_len(cases); i++)
		cell(b, target_of(jval_at(cases, i), profile));
	buf_addc(b, '\n');
}

static void
matrix(struct buf *b, const struct jval *cases)
{
	const struct jval	*all;

	buf_adds(b, "\n## Collection Matrix\n\n| Profile |");
	for (size_t i = 0; i < jval_len(cases); i++)
		md_cell(b, str(jval_at(cases, i), "name"));
	buf_adds(b, "\n|---|");
	for (size_t i = 0; i < jval_len(cases); i++)
		buf_adds(b, "---|");
	buf_addc(b, '\n');
	for (size_t i = 0; i < jval_len(cases); i++) {
		all = jval_get(jval_at(cases, i), "targets");
		for (size_t k = 0; k < jval_len(all); k++)
			if (!shown(cases, i, str(jval_at(all, k),
			    "profile_id")))
				row(b, cases, str(jval_at(all, k),
				    "profile_id"));
	}
}

/* What needs a look: failures with their causes. */
static void
failures(struct buf *b, const struct jval *cases)
{
	const struct jval	*all, *t;
	bool			 any = false;

	for (size_t i = 0; i < jval_len(cases); i++) {
		all = jval_get(jval_at(cases, i), "targets");
		for (size_t k = 0; k < jval_len(all); k++) {
			t = jval_at(all, k);
			if (strcmp(str(t, "status"), "pass") == 0)
				continue;
			if (!any)
				buf_adds(b, "\n## Failures\n");
			any = true;
			buf_adds(b, "\n### ");
			report_md_text(b, str(jval_at(cases, i), "name"),
			    MD_CELL_MAX);
			buf_adds(b, " on ");
			report_md_text(b, str(t, "profile_id"), MD_CELL_MAX);
			buf_adds(b, "\n\n");
			md_bullet(b, "Stage", str(t, "failed_stage"));
			md_bullet(b, "Infrastructure Error", str(t,
			    "infra_error"));
			md_bullet(b, "Expectation", str(jval_get(t,
			    "expected"), "text"));
			md_cause(b, t);
		}
	}
}

enum err
suite_markdown(const struct jval *r, struct buf *b)
{
	const struct jval	*cases = jval_get(r, "cases");
	const struct jval	*notes = jval_get(r, "notes");

	header(b, r);
	buf_adds(b, "\n## Cases\n\n| Case | Mode | Status | Required "
	    "pass/fail | Behavior | Profiles | Report |\n"
	    "|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < jval_len(cases); i++)
		case_row(b, jval_at(cases, i));
	matrix(b, cases);
	failures(b, cases);
	if (jval_len(notes) > 0)
		buf_adds(b, "\n## Notes\n\n");
	for (size_t i = 0; i < jval_len(notes); i++)
		md_bullet(b, "Note", jval_str(jval_at(notes, i), ""));
	return buf_err(b);
}
