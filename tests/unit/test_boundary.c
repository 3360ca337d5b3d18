#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/json_in.h"
#include "domain/boundary.h"

#define MAX	8

struct	row { const char *kernel, *status, *reason; };

static struct boundary
find(const struct row *rows, size_t n)
{
	struct jval	*t[MAX];
	struct boundary	 b;
	char		 text[512];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "{\"profile_id\":\"p%zu\","
		    "\"status\":\"%s\",\"host\":{\"kernel\":\"%s\"},"
		    "\"classification_reason\":\"%s\"}", i, rows[i].status,
		    rows[i].kernel, rows[i].reason);
		cr_assert_eq(jval_parse(text, strlen(text), &t[i], NULL),
		    ERR_OK);
	}
	boundary_find(t, n, &b);
	for (size_t i = 0; i < n; i++)
		jval_free(t[i]);
	return b;
}

#define FIND(...)	find((const struct row[]){ __VA_ARGS__ },	\
    sizeof((const struct row[]){ __VA_ARGS__ }) / sizeof(struct row))

#define LOOP	"helper bpf_loop is missing: this kernel does not have it"

Test(boundary, works_from_a_line_on)
{
	struct boundary	 b = FIND({ "6.1.0-1", "pass", "" },
			    { "5.10.0-46-cloud", "fail", LOOP },
			    { "7.3.4", "pass", "" });

	cr_assert_str_eq(b.sentence,
	    "works from 6.1 on; 5.10 fails: helper bpf_loop is missing");
	cr_assert_str_eq(b.kind, "from");
	cr_assert_str_eq(b.first_good, "6.1");
	cr_assert_str_eq(b.last_bad, "5.10");
	TEST_END();
}

Test(boundary, works_up_to_a_line)
{
	struct boundary	 b = FIND({ "6.1.0", "pass", "" },
			    { "7.0.1", "fail", "no function x" },
			    { "7.3.4", "fail", "no function x" });

	cr_assert_str_eq(b.sentence,
	    "works up to 6.1; 7.0, 7.3 fail: no function x");
	cr_assert_str_eq(b.kind, "up_to");
	TEST_END();
}

/* Backports make it so: no order is claimed. */
Test(boundary, an_order_that_does_not_hold_is_not_claimed)
{
	struct boundary	 b = FIND({ "5.10.0", "pass", "" },
			    { "6.1.0", "fail", "option X is off" },
			    { "6.12.0", "pass", "" });

	cr_assert_str_eq(b.sentence, "works on 5.10, 6.12, but a newer or "
	    "older kernel alone does not decide; 6.1 fails: option X is "
	    "off");
	cr_assert_str_eq(b.kind, "mixed");
	TEST_END();
}

Test(boundary, two_answers_of_one_line_are_told_by_profile)
{
	struct boundary	 b = FIND({ "6.12.1", "pass", "" },
			    { "6.12.9", "fail", "it broke" });

	cr_assert_str_eq(b.kind, "mixed");
	cr_assert_str_eq(b.first_good, "p0");
	cr_assert_str_eq(b.last_bad, "p1");
	TEST_END();
}

Test(boundary, each_cause_has_its_kernels)
{
	struct boundary	 b = FIND({ "5.10.0", "fail", "a: detail" },
			    { "6.1.0", "fail", "b" },
			    { "6.12.0", "fail", "a; other detail" });

	cr_assert_str_eq(b.sentence, "works on none of these kernels; 5.10, "
	    "6.12 fail: a; 6.1 fails: b");
	cr_assert_str_eq(b.kind, "none");
	TEST_END();
}

Test(boundary, kernels_without_an_answer_do_not_count)
{
	struct boundary	 b = FIND({ "", "infra_error", "" },
			    { "6.1.0", "pass", "" });

	cr_assert_str_eq(b.sentence, "");
	cr_assert_str_eq(b.kind, "all");
	b = FIND({ "", "infra_error", "" });
	cr_assert_str_eq(b.kind, "");
	TEST_END();
}
