#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "domain/caution.h"

/* What is said of a document, as compact JSON. */
static void
said(const char *document, char *out, size_t size)
{
	struct buf	 b = BUF_INIT(100000);
	struct jsonw	 w;
	struct jval	*d;

	cr_assert_eq(jval_parse(document, strlen(document), &d, NULL),
	    ERR_OK);
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	caution_write(&w, d);
	jsonw_end(&w);
	cr_assert_eq(buf_err(&b), ERR_OK);
	snprintf(out, size, "%s", buf_str(&b));
	jval_free(d);
	buf_clear(&b);
}

#define PROGRAM(more)	"{\"kernel\":{\"lsm\":[\"lockdown\",\"yama\"]},"	\
	"\"discovery\":{\"programs\":[{\"name\":\"p\",\"load_status\":"		\
	"\"pass\"" more "}]}}"

Test(caution, nothing_to_say)
{
	char	 text[1024];

	said(PROGRAM(",\"type\":\"xdp\""), text, sizeof(text));
	cr_assert_str_eq(text, "{}");
	said("{}", text, sizeof(text));
	cr_assert_str_eq(text, "{}");
	TEST_END();
}

Test(caution, a_program_near_the_limit)
{
	char	 text[1024];

	said(PROGRAM(",\"verifier\":{\"insn_share\":921,"
	    "\"headroom_warning\":true}"), text, sizeof(text));
	cr_assert_str_eq(text, "{\"cautions\":[\"program p is near the "
	    "verifier's limit on this kernel: 92.1 % of it\"]}");
	TEST_END();
}

Test(caution, an_lsm_program_that_never_runs)
{
	char	 text[1024];

	said(PROGRAM(",\"type\":\"lsm\""), text, sizeof(text));
	cr_assert_not_null(strstr(text, "will never run"));
	said("{\"kernel\":{\"lsm\":\"lockdown,bpf\"},\"discovery\":{"
	    "\"programs\":[{\"load_status\":\"pass\",\"type\":\"lsm\"}]}}",
	    text, sizeof(text));
	cr_assert_str_eq(text, "{}");
	TEST_END();
}

Test(caution, what_a_guard_turned_off)
{
	char	 text[1024];

	said(PROGRAM(",\"relocations\":[{\"local_type\":\"struct a___x\","
	    "\"access\":\"b\",\"status\":\"guarded_missing\"},{\"status\":"
	    "\"resolved\"}]"), text, sizeof(text));
	cr_assert_not_null(strstr(text, "no struct a.b, so"));
	TEST_END();
}

Test(caution, many_are_counted)
{
	struct buf	 b = BUF_INIT(10000);
	char		 text[8192];

	buf_adds(&b, "{\"discovery\":{\"externs\":[");
	for (int i = 0; i < CAUTIONS_MAX + 3; i++)
		buf_addf(&b, "%s{\"name\":\"f%d\",\"kind\":\"kfunc\","
		    "\"status\":\"weak_missing\"}", i > 0 ? "," : "", i);
	buf_adds(&b, "]}}");
	said(buf_str(&b), text, sizeof(text));
	cr_assert_not_null(strstr(text, "and 3 more weak externs"));
	cr_assert_null(strstr(text, "f6"));
	buf_clear(&b);
	TEST_END();
}
