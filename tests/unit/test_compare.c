/* Two reports and the question between them: the rules, row by row. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/compare.h"

/* --- making reports -------------------------------------------------------- */

#define PASS	"\"status\":\"pass\""
#define FAIL	"\"status\":\"fail\",\"failed_stage\":\"load\"," \
    "\"classification_code\":\"VERIFIER_REJECTION\""
#define OTHER_CAUSE	"\"status\":\"fail\",\"failed_stage\":\"load\"," \
    "\"classification_code\":\"MISSING_BTF\""
#define LATER	"\"status\":\"fail\",\"failed_stage\":\"attach\"," \
    "\"classification_code\":\"VERIFIER_REJECTION\""
#define INFRA	"\"status\":\"infra_error\",\"failed_stage\":\"infra\""
#define ODD	"\"status\":\"partial\""
#define EXPECTED	FAIL ",\"expected\":{\"result\":\"fail\",\"met\":true}"
#define UNMET	FAIL ",\"expected\":{\"result\":\"fail\",\"met\":false}"
#define OUTDATED	PASS ",\"expected\":{\"unexpected_pass\":true," \
    "\"blocks\":true}"
#define ALLOWED	PASS ",\"expected\":{\"unexpected_pass\":true," \
    "\"blocks\":false}"
#define REQ	",\"required\":true"
#define OPT	",\"required\":false"

#define HEAD	"{\"schema_version\":\"v0.1\",\"run\":{\"id\":\"r\"}," \
    "\"artifact\":{},\"summary\":{\"status\":\"pass\"}"

static struct cmp_report *
read_report(const char *text)
{
	struct cmp_report	*r = NULL;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(compare_report_read(text, strlen(text), &r, &d), ERR_OK,
	    "%s in %s", d.msg, text);
	return r;
}

/* A report with at most one target "t"; and "also", that passes in all. */
static struct cmp_report *
with_target(const char *t)
{
	char	 text[4096];

	snprintf(text, sizeof(text), HEAD ",\"targets\":[{\"profile_id\":"
	    "\"also\",\"required\":true," PASS "}%s%s%s]}",
	    t == NULL ? "" : ",{\"profile_id\":\"t\",", t == NULL ? "" : t,
	    t == NULL ? "" : "}");
	return read_report(text);
}

struct	pair {
	struct cmp_report	*base, *head;
	struct compare		 c;
};

static void
hold(struct pair *p, struct cmp_report *base, struct cmp_report *head,
    unsigned int strict)
{
	struct compare_opts	 o = { COMPARE_COST_PERCENT, strict };

	memset(p, 0, sizeof(*p));
	p->base = base;
	p->head = head;
	cr_assert_eq(compare_run(&p->c, base, head, &o), ERR_OK);
}

static void
drop(struct pair *p)
{
	compare_clear(&p->c);
	compare_report_free(p->base);
	compare_report_free(p->head);
}

static const struct cmp_row *
row_of(const struct pair *p, const char *id)
{
	for (size_t i = 0; i < p->c.nrows; i++)
		if (strcmp(p->c.rows[i].id, id) == 0)
			return &p->c.rows[i];
	cr_assert_fail("no row %s", id);
	return NULL;
}

/* --- the rules --------------------------------------------------------------- */

#define P	CMP_VERDICT_PASS
#define F	CMP_VERDICT_FAIL
#define U	CMP_VERDICT_UNKNOWN

static const struct {
	const char	*name, *base, *head, *change;
	enum cmp_effect	 effect;
	enum cmp_verdict verdict;
	int64_t		 required_regressions;
} rules[] = {
	/* worked and works, failed and fails */
	{ "nothing changed", PASS REQ, PASS REQ, "unchanged", CMP_SAME, P, 0 },
	{ "still failing", FAIL REQ, FAIL REQ, "unchanged",
	    CMP_STILL_FAILING, P, 0 },
	{ "another cause", FAIL REQ, OTHER_CAUSE REQ,
	    "classification_changed", CMP_CAUSE_CHANGED, P, 0 },
	{ "another stage", LATER REQ, FAIL REQ, "unchanged",
	    CMP_CAUSE_CHANGED, P, 0 },
	/* worse, better */
	{ "new failure", PASS REQ, FAIL REQ, "regressed", CMP_NEW_FAILURE, F,
	    1 },
	{ "new failure, optional", PASS OPT, FAIL OPT, "regressed",
	    CMP_NEW_FAILURE, P, 0 },
	{ "worse and turned optional", PASS REQ, FAIL OPT, "regressed",
	    CMP_NEW_FAILURE, F, 1 },
	{ "worse and turned required", PASS OPT, FAIL REQ, "regressed",
	    CMP_NEW_FAILURE, F, 1 },
	{ "fixed", FAIL REQ, PASS REQ, "improved", CMP_FIXED, P, 0 },
	/* only on one side */
	{ "required coverage lost", PASS REQ, NULL, "removed", CMP_DROPPED, F,
	    1 },
	{ "a failing one dropped", FAIL REQ, NULL, "removed", CMP_DROPPED, F,
	    1 },
	{ "optional coverage lost", PASS OPT, NULL, "removed", CMP_DROPPED, P,
	    0 },
	{ "added", NULL, PASS REQ, "added", CMP_ADDED, P, 0 },
	{ "added and failing", NULL, FAIL REQ, "added", CMP_ADDED_FAILING, F,
	    1 },
	{ "added and failing, optional", NULL, FAIL OPT, "added",
	    CMP_ADDED_FAILING, P, 0 },
	{ "added, fails as expected", NULL, EXPECTED REQ, "added",
	    CMP_EXPECTED, P, 0 },
	{ "added without an answer", NULL, INFRA REQ, "added", CMP_NO_ANSWER,
	    U, 0 },
	/* the machinery failed */
	{ "no answer any more", PASS REQ, INFRA REQ, "inconclusive",
	    CMP_NO_ANSWER, U, 0 },
	{ "failed, no answer now", FAIL REQ, INFRA REQ, "inconclusive",
	    CMP_NO_ANSWER, U, 0 },
	{ "no answer, fails now", INFRA REQ, FAIL REQ, "inconclusive",
	    CMP_NO_ANSWER, U, 0 },
	{ "no answer, works now", INFRA REQ, PASS REQ, "inconclusive",
	    CMP_ANSWERED, P, 0 },
	{ "never an answer", INFRA REQ, INFRA REQ, "unchanged",
	    CMP_NO_ANSWER, U, 0 },
	{ "no answer, optional", PASS OPT, INFRA OPT, "inconclusive",
	    CMP_NO_ANSWER, P, 0 },
	{ "a word we do not know", PASS REQ, ODD REQ, "inconclusive",
	    CMP_NO_ANSWER, U, 0 },
	/* what a manifest expects */
	{ "fails as expected", EXPECTED REQ, EXPECTED REQ, "unchanged",
	    CMP_SAME, P, 0 },
	{ "worked, expected to fail now", PASS REQ, EXPECTED REQ,
	    "regressed", CMP_EXPECTED, P, 0 },
	{ "failed, expected to now", FAIL REQ, EXPECTED REQ, "unchanged",
	    CMP_EXPECTED, P, 0 },
	{ "expected, fails otherwise", EXPECTED REQ, UNMET REQ, "unchanged",
	    CMP_NEW_FAILURE, F, 1 },
	{ "expected to fail, works", EXPECTED REQ, OUTDATED REQ, "improved",
	    CMP_OUTDATED, F, 1 },
	{ "the manifest is still old", OUTDATED REQ, OUTDATED REQ,
	    "unchanged", CMP_STILL_FAILING, P, 0 },
	{ "an allowed pass is a fix", EXPECTED REQ, ALLOWED REQ, "improved",
	    CMP_FIXED, P, 0 },
};

Test(compare, every_way_a_target_can_change)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct cmp_row	*r;
		struct pair		 p;

		hold(&p, with_target(rules[i].base),
		    with_target(rules[i].head), 0);
		r = row_of(&p, "t");
		cr_expect_str_eq(r->change, rules[i].change, "%s: %s",
		    rules[i].name, r->change);
		cr_expect_eq(r->effect, rules[i].effect, "%s: %s",
		    rules[i].name, cmp_effect_word(r->effect));
		cr_expect_eq(p.c.verdict, rules[i].verdict, "%s: %s",
		    rules[i].name, p.c.sentence);
		cr_expect_eq(p.c.n.required_regressions,
		    rules[i].required_regressions, "%s", rules[i].name);
		cr_expect_eq(p.c.n.total, 2);
		drop(&p);
	}
	TEST_END();
}

Test(compare, exit_codes_follow_the_verdict)
{
	cr_assert_eq(compare_exit_code(CMP_VERDICT_PASS), 0);
	cr_assert_eq(compare_exit_code(CMP_VERDICT_FAIL), 2);
	cr_assert_eq(compare_exit_code(CMP_VERDICT_UNKNOWN), 1);
	TEST_END();
}

/* A regression stands even where others gave no answer. */
Test(compare, a_known_regression_outweighs_a_missing_answer)
{
	struct pair	 p;

	hold(&p, read_report(HEAD ",\"targets\":[{\"profile_id\":\"a\"," PASS
	    REQ "},{\"profile_id\":\"b\"," PASS REQ "}]}"),
	    read_report(HEAD ",\"targets\":[{\"profile_id\":\"a\"," FAIL REQ
	    "},{\"profile_id\":\"b\"," INFRA REQ "}]}"), 0);
	cr_assert_eq(p.c.verdict, CMP_VERDICT_FAIL);
	cr_assert_str_eq(p.c.sentence, "Do not ship: 1 required kernel "
	    "worked with the base and fails now; 1 further required kernel "
	    "gave no answer.");
	drop(&p);
	TEST_END();
}

Test(compare, without_a_common_kernel_nothing_is_told)
{
	struct pair	 p;

	hold(&p, read_report(HEAD ",\"targets\":[{\"profile_id\":\"a\"," PASS
	    OPT "}]}"), read_report(HEAD ",\"targets\":[{\"profile_id\":"
	    "\"b\"," PASS OPT "}]}"), 0);
	cr_assert_eq(p.c.verdict, CMP_VERDICT_UNKNOWN);
	drop(&p);
	hold(&p, read_report(HEAD "}"), read_report(HEAD "}"), 0);
	cr_assert_eq(p.c.verdict, CMP_VERDICT_UNKNOWN);
	drop(&p);
	TEST_END();
}

/* The totals are over all targets of a report, as they always were. */
Test(compare, counts_are_those_that_clients_know)
{
	struct pair	 p;

	hold(&p, read_report(HEAD ",\"targets\":[{\"profile_id\":\"a\"," PASS
	    REQ "},{\"profile_id\":\"b\"," FAIL REQ "},{\"profile_id\":\"c\","
	    FAIL OPT "},{\"profile_id\":\"d\"," PASS OPT "}]}"),
	    read_report(HEAD ",\"targets\":[{\"profile_id\":\"a\"," FAIL REQ
	    "},{\"profile_id\":\"b\"," PASS REQ "},{\"profile_id\":\"c\","
	    OTHER_CAUSE OPT "},{\"profile_id\":\"e\"," FAIL REQ "}]}"), 0);
	cr_expect_eq(p.c.n.total, 5);
	cr_expect_eq(p.c.n.changed, 5);
	cr_expect_eq(p.c.n.improved, 1);
	cr_expect_eq(p.c.n.regressed, 1);
	cr_expect_eq(p.c.n.required_regressions, 2);
	cr_expect_eq(p.c.n.base_required_failed, 1);
	cr_expect_eq(p.c.n.head_required_failed, 2);
	cr_expect_eq(p.c.n.optional_regressions, 1, "d is not tested now");
	drop(&p);
	TEST_END();
}

Test(compare, an_earlier_stage_is_told)
{
	struct pair	 p;

	hold(&p, with_target(LATER REQ), with_target(FAIL REQ), 0);
	cr_assert_lt(row_of(&p, "t")->stage, 0);
	drop(&p);
	hold(&p, with_target(FAIL REQ), with_target(LATER REQ), 0);
	cr_assert_gt(row_of(&p, "t")->stage, 0);
	drop(&p);
	TEST_END();
}

/* --- programs, tests, cost --------------------------------------------------- */

#define PROG(name, load, attach, insns) "{\"name\":\"" name \
    "\",\"load_status\":\"" load "\",\"attach_status\":\"" attach \
    "\",\"verifier\":{\"processed_insns\":" insns "}}"
#define PROGS(list)	",\"programs\":[" list "]"

static const struct {
	const char		*name, *base, *head;
	enum cmp_part_change	 change;
	enum cmp_cost		 cost;
	size_t			 lost, rows;
} parts[] = {
	{ "the same", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "pass", "pass", "1000"), CMP_PART_SAME, CMP_COST_SAME,
	    0, 0 },
	{ "does not load", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "fail", "skipped", "7"), CMP_PART_LOST, CMP_COST_SAME,
	    1, 1 },
	{ "does not attach", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "pass", "fail", "1000"), CMP_PART_LOST, CMP_COST_SAME,
	    1, 1 },
	{ "loads again", PROG("p", "fail", "skipped", "5"),
	    PROG("p", "pass", "pass", "1000"), CMP_PART_GAINED,
	    CMP_COST_SAME, 0, 1 },
	{ "new", "", PROG("p", "pass", "pass", "1000"), CMP_PART_ADDED,
	    CMP_COST_SAME, 0, 1 },
	{ "gone", PROG("p", "pass", "pass", "1000"), "", CMP_PART_REMOVED,
	    CMP_COST_SAME, 0, 1 },
	{ "costs more", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "pass", "pass", "1101"), CMP_PART_SAME, CMP_COST_UP, 0,
	    1 },
	{ "at the threshold", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "pass", "pass", "1100"), CMP_PART_SAME, CMP_COST_SAME,
	    0, 1 },
	{ "costs less", PROG("p", "pass", "pass", "1000"),
	    PROG("p", "pass", "pass", "800"), CMP_PART_SAME, CMP_COST_DOWN, 0,
	    1 },
	{ "too small to matter", PROG("p", "pass", "pass", "10"),
	    PROG("p", "pass", "pass", "40"), CMP_PART_SAME, CMP_COST_SAME, 0,
	    1 },
	{ "cost unknown", PROG("p", "pass", "pass", "0"),
	    PROG("p", "pass", "pass", "9000"), CMP_PART_SAME, CMP_COST_SAME,
	    0, 0 },
	{ "the worse of two with one name", PROG("p", "pass", "pass", "9"),
	    PROG("p", "pass", "pass", "9") "," PROG("p", "fail", "skipped",
	    "9"), CMP_PART_LOST, CMP_COST_SAME, 1, 1 },
};

static void
hold_parts(struct pair *pair, const char *base, const char *head,
    unsigned int strict)
{
	char	 b[2048], h[2048];

	snprintf(b, sizeof(b), PASS REQ PROGS("%s"), base);
	snprintf(h, sizeof(h), PASS REQ PROGS("%s"), head);
	hold(pair, with_target(b), with_target(h), strict);
}

Test(compare, programs_and_their_cost)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct cmp_row	*r;
		struct pair		 p;

		hold_parts(&p, parts[i].base, parts[i].head, 0);
		r = row_of(&p, "t");
		cr_expect_eq(r->nprogs, parts[i].rows, "%s", parts[i].name);
		cr_expect_eq(r->lost, parts[i].lost, "%s", parts[i].name);
		cr_expect_eq(r->effect, parts[i].lost > 0 ? CMP_LOST_PARTS :
		    CMP_SAME, "%s", parts[i].name);
		if (r->nprogs > 0) {
			cr_expect_eq(r->progs[0].change, parts[i].change,
			    "%s", parts[i].name);
			cr_expect_eq(r->progs[0].cost, parts[i].cost, "%s",
			    parts[i].name);
		}
		cr_expect_eq(p.c.verdict, CMP_VERDICT_PASS, "%s",
		    parts[i].name);
		drop(&p);
	}
	TEST_END();
}

#define TESTS(s) ",\"functional\":{\"tests\":[{\"name\":\"echo\"," \
    "\"required\":false,\"status\":\"" s "\"}]}"

Test(compare, a_test_that_fails_now_is_lost)
{
	struct pair	 p;

	hold(&p, with_target(PASS REQ TESTS("pass")),
	    with_target(PASS REQ TESTS("fail")), 0);
	cr_assert_eq(row_of(&p, "t")->effect, CMP_LOST_PARTS);
	cr_assert_eq(p.c.n.parts_lost, 1);
	drop(&p);
	TEST_END();
}

Test(compare, a_variant_that_was_not_chosen_has_nothing_to_lose)
{
	struct pair	 p;

	hold_parts(&p, PROG("p", "pass", "pass", "9"), "{\"name\":\"p\","
	    "\"load_status\":\"fail\",\"variant_off\":true}", 0);
	cr_assert_eq(row_of(&p, "t")->lost, 0);
	drop(&p);
	TEST_END();
}

Test(compare, what_makes_it_fail_can_be_widened)
{
	static const struct {
		const char	*word, *base, *head;
	} cases[] = {
		{ "optional", PASS OPT, FAIL OPT },
		{ "existing", FAIL REQ, FAIL REQ },
		{ "programs", PASS OPT PROGS(PROG("p", "pass", "pass", "9")),
		    PASS OPT PROGS(PROG("p", "fail", "fail", "9")) },
		{ "cost", PASS REQ PROGS(PROG("p", "pass", "pass", "1000")),
		    PASS REQ PROGS(PROG("p", "pass", "pass", "2000")) },
	};
	unsigned int	 all = 0, mask;
	struct diag	 d = DIAG_INIT;
	struct pair	 p;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(compare_strict_parse(cases[i].word, &mask, &d),
		    ERR_OK);
		for (int on = 0; on < 2; on++) {
			hold(&p, with_target(cases[i].base),
			    with_target(cases[i].head), on ? mask : 0);
			cr_expect_eq(p.c.verdict, on ? CMP_VERDICT_FAIL :
			    CMP_VERDICT_PASS, "%s: %s", cases[i].word,
			    p.c.sentence);
			drop(&p);
		}
		all |= mask;
	}
	cr_assert_eq(compare_strict_parse("cost, existing,optional,programs,",
	    &mask, &d), ERR_OK);
	cr_assert_eq(mask, all);
	cr_assert_eq(compare_strict_parse("costs", &mask, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "fail_on");
	TEST_END();
}

/* --- notes ------------------------------------------------------------------- */

static bool
noted(const struct compare *c, const char *code)
{
	for (size_t i = 0; i < c->nnotes; i++)
		if (strcmp(c->notes[i].code, code) == 0)
			return true;
	return false;
}

#define WHOLE(id, name, sha, matrix, validator, mode, kernel, req) \
    "{\"schema_version\":\"v0.1\",\"run\":{\"id\":\"" id "\"," \
    "\"started_at\":\"2026-01-0" id "T00:00:00Z\"," \
    "\"validation_mode\":\"" mode "\"},\"artifact\":{\"name\":\"" name \
    "\",\"sha256\":\"" sha "\"},\"matrix\":{\"name\":\"" matrix "\"}," \
    "\"validator\":{\"sha256\":\"" validator "\"},\"targets\":[{" \
    "\"profile_id\":\"a\"," PASS req ",\"host\":{\"kernel\":\"" kernel \
    "\"}}],\"summary\":{\"status\":\"pass\"}}"

Test(compare, what_differs_around_the_object_is_told)
{
	static const char *const codes[] = { "artifact_differs",
		"matrix_differs", "validator_differs", "mode_differs",
		"kernel_differs", "required_removed", "head_is_older" };
	struct pair	 p;

	hold(&p, read_report(WHOLE("2", "a", "1", "m", "v", "load_only",
	    "6.1.1", REQ)), read_report(WHOLE("1", "b", "2", "n", "w",
	    "load_attach", "6.1.2", OPT)), 0);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_expect(noted(&p.c, codes[i]), "%s", codes[i]);
	cr_expect_not(noted(&p.c, "same_object"));
	drop(&p);
	hold(&p, read_report(WHOLE("1", "a", "1", "m", "v", "load_only",
	    "6.1.1", REQ)), read_report(WHOLE("1", "a", "1", "m", "v",
	    "load_only", "6.1.1", REQ)), 0);
	cr_expect_eq(p.c.nnotes, 2);
	cr_expect(noted(&p.c, "same_run") && noted(&p.c, "same_object"));
	drop(&p);
	TEST_END();
}

/* --- the reader -------------------------------------------------------------- */

static void
refuses(const char *text, enum err want, const char *field)
{
	struct cmp_report	*r = NULL;
	struct diag		 d = DIAG_INIT;

	cr_expect_eq(compare_report_read(text, strlen(text), &r, &d), want,
	    "%s: %s", text, d.msg);
	cr_expect_str_eq(d.field, field, "%s: %s", text, d.field);
	cr_expect_null(r);
}

#define ONE(t)	HEAD ",\"targets\":[{\"profile_id\":\"a\"," t "}]}"

Test(compare_report, what_is_no_report_is_refused_by_name)
{
	refuses("", ERR_SYNTAX, "");
	refuses("[]", ERR_INVAL, "");
	refuses("{}", ERR_INVAL, "schema_version");
	refuses("{\"schema_version\":\"v0.2\",\"summary\":{}}", ERR_INVAL,
	    "schema_version");
	refuses("{\"schema_version\":\"v0.1\"}", ERR_INVAL, "summary");
	refuses("{\"schema_version\":\"v0.1\",\"summary\":[]}", ERR_INVAL,
	    "summary");
	refuses(HEAD ",\"targets\":{}}", ERR_INVAL, "targets");
	refuses(HEAD ",\"targets\":[1]}", ERR_INVAL, "targets");
	refuses(HEAD ",\"targets\":[{}]}", ERR_INVAL,
	    "targets[0].profile_id");
	refuses(HEAD ",\"targets\":[{\"profile_id\":\"../x\"," PASS "}]}",
	    ERR_INVAL, "targets[0].profile_id");
	refuses(ONE("\"required\":true"), ERR_INVAL, "targets[0].status");
	refuses(ONE("\"status\":3"), ERR_INVAL, "targets[0].status");
	refuses(ONE(PASS ",\"required\":\"yes\""), ERR_INVAL,
	    "targets[0].required");
	refuses(ONE(PASS ",\"programs\":[{\"name\":\"\"}]"), ERR_INVAL,
	    "targets[0].programs[0].name");
	refuses(ONE(PASS PROGS("{\"name\":\"p\",\"verifier\":{"
	    "\"processed_insns\":-1}}")), ERR_INVAL,
	    "targets[0].programs[0].processed_insns");
	refuses(HEAD ",\"targets\":[{\"profile_id\":\"a\"," PASS "},{"
	    "\"profile_id\":\"a\"," FAIL "}]}", ERR_INVAL, "targets");
	refuses(HEAD "} x", ERR_SYNTAX, "");
	TEST_END();
}

Test(compare_report, too_much_of_anything_is_refused)
{
	struct buf		 b = BUF_INIT(1024 * 1024);
	struct cmp_report	*r = NULL;
	struct diag		 d = DIAG_INIT;

	buf_adds(&b, HEAD ",\"targets\":[");
	for (int i = 0; i <= COMPARE_TARGETS_MAX; i++)
		buf_addf(&b, "%s{\"profile_id\":\"t%d\"," PASS "}",
		    i == 0 ? "" : ",", i);
	buf_adds(&b, "]}");
	cr_assert_eq(compare_report_read(b.data, b.len, &r, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "targets");
	buf_reset(&b);
	buf_adds(&b, HEAD ",\"targets\":[{\"profile_id\":\"a\",\"status\":\"");
	for (int i = 0; i <= COMPARE_NAME_MAX; i++)
		buf_addc(&b, 'x');
	buf_adds(&b, "\"}]}");
	cr_assert_eq(compare_report_read(b.data, b.len, &r, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "targets[0].status");
	cr_assert_eq(compare_report_read("x", COMPARE_REPORT_MAX + 1, &r, &d),
	    ERR_TOOBIG);
	buf_clear(&b);
	TEST_END();
}

Test(compare_report, texts_are_cleaned_on_the_way_in)
{
	struct cmp_report	*r = read_report(ONE(FAIL
	    ",\"classification_reason\":\"\\u001b[31mred\\n\\u202eevil \\u0000"
	    "hidden\""));

	cr_assert_str_eq(r->targets[0].reason, "[31mred ?evil");
	compare_report_free(r);
	TEST_END();
}

Test(compare_report, none_is_no_cause)
{
	struct pair	 p;

	hold(&p, with_target(PASS REQ ",\"classification_code\":\"NONE\""),
	    with_target(PASS REQ), 0);
	cr_assert_str_eq(row_of(&p, "t")->change, "unchanged");
	drop(&p);
	TEST_END();
}

/* --- as people and programs see it ------------------------------------------- */

static char *
slurp(const char *name)
{
	struct buf	 b = BUF_INIT(1024 * 1024);
	struct diag	 d = DIAG_INIT;
	const char	*top = getenv("top_srcdir");
	char		 path[512];

	snprintf(path, sizeof(path), "%s/tests/unit/golden/%s",
	    top == NULL ? "." : top, name);
	cr_assert_eq(fsio_read(path, &b, &d), ERR_OK, "%s", d.msg);
	return buf_steal(&b);
}

/* With BPFCOMPAT_GOLDEN=write the files are written anew. */
static void
golden(const char *name, const char *got)
{
	const char	*how = getenv("BPFCOMPAT_GOLDEN");
	char		 path[512], *want;

	snprintf(path, sizeof(path), "%s/tests/unit/golden/%s",
	    getenv("top_srcdir") == NULL ? "." : getenv("top_srcdir"), name);
	if (how != NULL && strcmp(how, "write") == 0)
		cr_assert_eq(fsio_write_atomic(path, got, strlen(got), 0644,
		    NULL), ERR_OK);
	want = slurp(name);
	cr_expect_str_eq(got, want, "%s is now:\n%s", name, got);
	free(want);
}

Test(compare, shown_as_text_json_and_markdown)
{
	struct buf	 b = BUF_INIT(1024 * 1024);
	char		*base = slurp("compare-base.json");
	char		*head = slurp("compare-head.json");
	struct jsonw	 w;
	struct pair	 p;

	hold(&p, read_report(base), read_report(head), 0);
	p.c.base_source = (struct cmp_source){ "runs/a/report.json", "aa",
		"bb" };
	p.c.head_source = (struct cmp_source){ "runs/b|c/report.json", "cc",
		"" };
	compare_text(&p.c, &b);
	golden("compare.txt", buf_str(&b));
	buf_reset(&b);
	compare_markdown(&p.c, &b, 0);
	golden("compare.md", buf_str(&b));
	buf_reset(&b);
	jsonw_init(&w, &b, JSONW_INDENT);
	compare_json(&p.c, &w, NULL, 0);
	buf_addc(&b, '\n');
	golden("compare.json", buf_str(&b));
	drop(&p);
	buf_clear(&b);
	free(base);
	free(head);
	TEST_END();
}
