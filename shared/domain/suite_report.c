#include "domain/suite_report.h"

#include <string.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/outcome.h"

/* What a target brings along; the rest is in the case's own report. */
static const char *const target_keys[] = { "profile_id", "status",
	"required", "host", "environment", "failed_stage",
	"classification_code", "classification_confidence",
	"classification_reason", "expected", "functional", "infra_error",
	"infra_error_code", "duration_ms", "template" };
static const char *const class_keys[] = { "code", "confidence", "rule",
	"sub_reason", "reason", "evidence", "remedy" };
static const char *const program_keys[] = { "name", "section", "type",
	"variant_off" };
static const char *const explanation_keys[] = { "verdict", "source", "rule",
	"fix", "insn", "insn_text", "function" };

struct	pick {
	struct jsonw		*w;
	const char *const	*keys;
	size_t			 n;
};

#define PICK(w, keys)	{ (w), (keys), sizeof(keys) / sizeof((keys)[0]) }

static enum err
pick_member(const char *key, const struct jval *v, void *arg)
{
	const struct pick	*p = arg;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(key, p->keys[i]) == 0) {
			jval_write(v, p->w, key, SUITE_STR_MAX);
			break;
		}
	return ERR_OK;
}

static void
write_class(struct jsonw *w, const struct jval *c)
{
	struct pick	 p = PICK(w, class_keys);

	if (c == NULL)
		return;
	jsonw_obj(w, "classification");
	jval_each(c, pick_member, &p);
	jsonw_end(w);
}

static void
write_program(struct jsonw *w, const struct jval *prog)
{
	struct pick		 p = PICK(w, program_keys);
	struct pick		 px = PICK(w, explanation_keys);
	const struct jval	*x = jval_get(prog, "explanation");

	jsonw_obj(w, NULL);
	jval_each(prog, pick_member, &p);
	write_class(w, jval_get(prog, "classification"));
	if (x != NULL) {
		jsonw_obj(w, "explanation");
		jval_each(x, pick_member, &px);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_programs(struct jsonw *w, const struct jval *all)
{
	bool	 any = false;

	for (size_t i = 0; i < jval_len(all); i++) {
		if (jval_get(jval_at(all, i), "classification") == NULL)
			continue;
		if (!any)
			jsonw_arr(w, "programs");
		any = true;
		write_program(w, jval_at(all, i));
	}
	if (any)
		jsonw_end(w);
}

/* --- the baseline ------------------------------------------------------------- */

static const struct jval *
find(const struct jval *all, const char *key, const char *name)
{
	for (size_t i = 0; i < jval_len(all); i++)
		if (strcmp(jval_get_str(jval_at(all, i), key, ""), name) == 0)
			return jval_at(all, i);
	return NULL;
}

static bool
failed(const struct jval *t)
{
	return strcmp(jval_get_str(t, "status", ""), "fail") == 0;
}

static bool
passed(const struct jval *t)
{
	return strcmp(jval_get_str(t, "status", ""), "pass") == 0;
}

/* "base" NULL: the kernel or the case is new. */
static const char *
against(const struct jval *base, const struct jval *t)
{
	if (passed(t))
		return failed(base) ? "fixed" : "";
	if (!failed(t) || jval_get_bool(jval_get(t, "expected"), "met",
	    false))
		return "";
	if (!failed(base))
		return "new";
	return strcmp(jval_get_str(base, "classification_code", ""),
	    jval_get_str(t, "classification_code", "")) == 0 ? "known" :
	    "cause_changed";
}

/* --- a case ------------------------------------------------------------------- */

struct	counts {
	int64_t	 known, fresh, fixed, changed;
	int64_t	 blocking;	/* required ones that stay in the way */
	int64_t	 tests_passed, tests_failed, tests_blocking;
};

static void
count_baseline(struct counts *n, const struct jval *t, const char *word)
{
	const struct { const char *word; int64_t *to; } all[] = {
		{ "known", &n->known }, { "new", &n->fresh },
		{ "fixed", &n->fixed }, { "cause_changed", &n->changed },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(word, all[i].word) == 0)
			(*all[i].to)++;
	if (jval_get_bool(t, "required", false) && (strcmp(word, "new") == 0 ||
	    (passed(t) && jval_get_bool(jval_get(t, "expected"), "blocks",
	    false))))
		n->blocking++;
}

static void
count_tests(struct counts *n, const struct jval *t)
{
	const struct jval	*all, *f;

	all = jval_get(jval_get(t, "functional"), "tests");
	for (size_t i = 0; i < jval_len(all); i++) {
		f = jval_at(all, i);
		if (passed(f))
			n->tests_passed++;
		else {
			n->tests_failed++;
			n->tests_blocking += jval_get_bool(f, "required",
			    true);
		}
	}
}

static void
write_target(struct jsonw *w, const struct jval *t, const struct jval *base,
    bool compare, struct counts *n)
{
	struct pick	 p = PICK(w, target_keys);
	const char	*word = compare ? against(find(base, "profile_id",
			    jval_get_str(t, "profile_id", "")), t) : "";

	jsonw_obj(w, NULL);
	jval_each(t, pick_member, &p);
	jsonw_str_opt(w, "baseline", word);
	write_class(w, jval_get(t, "classification"));
	write_programs(w, jval_get(t, "programs"));
	jsonw_end(w);
	count_tests(n, t);
	if (compare)
		count_baseline(n, t, word);
}

static void
write_counts(struct jsonw *w, const struct counts *n, bool compare)
{
	if (n->tests_passed + n->tests_failed > 0) {
		jsonw_str(w, "behavior_status", n->tests_blocking > 0 ?
		    "fail" : "pass");
		jsonw_int(w, "behavior_passed", n->tests_passed);
		jsonw_int(w, "behavior_failed", n->tests_failed);
	}
	if (!compare)
		return;
	jsonw_obj(w, "baseline");
	jsonw_int(w, "new_failures", n->fresh);
	jsonw_int(w, "known_failures", n->known + n->changed);
	jsonw_int(w, "cause_changed", n->changed);
	jsonw_int(w, "fixed", n->fixed);
	jsonw_end(w);
}

static void
write_facts(struct jsonw *w, const struct suite_case *c,
    const struct suite_case_end *end, const struct jval *report)
{
	const struct jval	*run = jval_get(report, "run");
	const struct jval	*sum = jval_get(report, "summary");

	jsonw_str_opt(w, "error", end->error);
	jsonw_str_opt(w, "run_id", jval_get_str(run, "id", ""));
	jsonw_str_opt(w, "artifact_sha256", jval_get_str(jval_get(report,
	    "artifact"), "sha256", ""));
	jsonw_str_opt(w, "started_at", jval_get_str(run, "started_at", ""));
	jsonw_int_opt(w, "duration_ms", jval_get_int(run, "duration_ms", 0));
	if (end->resumed)
		jsonw_bool(w, "resumed", true);
	jsonw_str_opt(w, "report_json_path", end->json_path);
	jsonw_str_opt(w, "report_markdown_path", end->markdown_path);
	jsonw_int(w, "total_profiles", jval_get_int(sum, "total_profiles",
	    0));
	jsonw_int(w, "required_passed", jval_get_int(sum, "required_passed",
	    0));
	jsonw_int(w, "required_failed", jval_get_int(sum, "required_failed",
	    0));
	jsonw_int_opt(w, "required_infra_errors", jval_get_int(sum,
	    "required_infra_errors", 0));
	jsonw_str_opt(w, "validation_mode", suite_case_mode(c));
}

enum err
suite_case_write(struct buf *b, const struct suite_case *c,
    const struct suite_case_end *end, const struct jval *report,
    const struct jval *baseline)
{
	const struct jval	*base = jval_get(find(jval_get(baseline,
				    "cases"), "name", c->name), "targets");
	const struct jval	*all = jval_get(report, "targets");
	struct counts		 n = { 0 };
	struct jsonw		 w;
	int			 code = end->exit_code;

	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "name", c->name);
	jsonw_str(&w, "artifact", c->artifact);
	jsonw_str_opt(&w, "manifest", c->manifest);
	jsonw_str(&w, "matrix", c->matrix);
	jsonw_str(&w, "status", end->status);
	write_facts(&w, c, end, report);
	if (report != NULL) {
		jsonw_arr(&w, "targets");
		for (size_t i = 0; i < jval_len(all); i++)
			write_target(&w, jval_at(all, i), base,
			    baseline != NULL, &n);
		jsonw_end(&w);
		write_counts(&w, &n, baseline != NULL);
	}
	if (baseline != NULL && code == 2 && n.blocking == 0)
		code = 0;
	jsonw_int(&w, "exit_code", code);
	jsonw_end(&w);
	return buf_err(b);
}

/* --- the whole suite ------------------------------------------------------------ */

int
suite_exit_code(const struct suite_run *r)
{
	bool	 fails = false;
	int64_t	 code;

	for (size_t i = 0; i < r->n; i++) {
		code = r->cases[i] == NULL ? r->finished :
		    jval_get_int(r->cases[i], "exit_code", 1);
		if (code == 1)
			return 1;
		fails = fails || code == 2;
	}
	return r->canceled ? 1 : fails ? 2 : 0;
}

static void
write_baseline(struct jsonw *w, const struct suite_run *r)
{
	static const char *const keys[] = { "new_failures",
		"known_failures", "cause_changed", "fixed" };
	int64_t	 n;

	if (r->baseline[0] == '\0')
		return;
	jsonw_obj(w, "baseline");
	jsonw_str(w, "path", r->baseline);
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		n = 0;
		for (size_t i = 0; i < r->n; i++)
			n += jval_get_int(jval_get(r->cases[i], "baseline"),
			    keys[k], 0);
		jsonw_int(w, keys[k], n);
	}
	jsonw_end(w);
}

enum err
suite_report_write(struct buf *b, const struct suite_run *r)
{
	static const char *const words[] = { "pass", "error", "fail" };
	int		 code = suite_exit_code(r);
	char		 time[TIME_RFC3339_MS_SIZE];
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", OUTCOME_SUITE_SCHEMA);
	jsonw_str(&w, "name", r->name);
	time_rfc3339_ms(r->started_ms, time);
	jsonw_str(&w, "started_at", time);
	time_rfc3339_ms(r->finished_ms, time);
	jsonw_str(&w, "finished_at", time);
	jsonw_int(&w, "duration_ms", r->finished_ms - r->started_ms);
	jsonw_str(&w, "status", r->finished ? words[code] : "running");
	jsonw_int(&w, "exit_code", code);
	if (r->canceled)
		jsonw_bool(&w, "canceled", true);
	write_baseline(&w, r);
	jsonw_arr(&w, "cases");
	for (size_t i = 0; i < r->n; i++)
		if (r->cases[i] != NULL)
			jval_write(r->cases[i], &w, NULL, SUITE_REPORT_MAX);
	jsonw_end(&w);
	if (r->nnotes > 0) {
		jsonw_arr(&w, "notes");
		for (size_t i = 0; i < r->nnotes; i++)
			jsonw_str(&w, NULL, r->notes[i]);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}
