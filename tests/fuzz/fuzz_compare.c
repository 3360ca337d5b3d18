/*
 * Two reports with a record separator between them.  What is accepted is
 * compared and shown in every way; the JSON has to be JSON again, the verdict
 * has to follow the counts, and no control character gets out.
 */
#include "tests/fuzz/fuzz.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "domain/compare.h"

static void
is_json(const struct compare *c)
{
	struct buf	 b = BUF_INIT(16 * 1024 * 1024);
	struct jval	*doc = NULL;
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_INDENT);
	compare_json(c, &w, NULL, 0);
	MUST(buf_err(&b) == ERR_OK);
	MUST(jval_parse(b.data, b.len, &doc, NULL) == ERR_OK);
	MUST(jval_len(jval_get(doc, "profiles")) == c->nrows);
	jval_free(doc);
	buf_clear(&b);
}

static void
is_clean(const struct compare *c)
{
	struct buf	 b = BUF_INIT(16 * 1024 * 1024);

	compare_text(c, &b);
	compare_markdown(c, &b, 0);
	MUST(buf_err(&b) == ERR_OK);
	for (size_t i = 0; i < b.len; i++)
		MUST((unsigned char)b.data[i] >= 0x20 || b.data[i] == '\n');
	buf_clear(&b);
}

static void
holds(const struct compare *c)
{
	const struct cmp_counts	*n = &c->n;
	int64_t			 sum = 0;

	for (int e = 0; e < CMP_EFFECT__MAX; e++)
		sum += n->effect[e];
	MUST(sum == n->total && n->total == (int64_t)c->nrows);
	MUST(n->changed + n->unchanged == n->total);
	MUST((c->verdict == CMP_VERDICT_FAIL) ==
	    (n->required_regressions > 0));
	MUST(c->verdict != CMP_VERDICT_PASS ||
	    n->required_inconclusive == 0);
	is_json(c);
	is_clean(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const struct compare_opts	 o = { COMPARE_COST_PERCENT, 0 };
	const char			*text = (const char *)p, *cut;
	struct cmp_report		*base = NULL, *head = NULL;
	struct compare			 c = { 0 };
	struct diag			 d = DIAG_INIT;

	if (len == 0 || (cut = memchr(p, 0x1e, len)) == NULL)
		return 0;
	if (compare_report_read(text, (size_t)(cut - text), &base, &d) !=
	    ERR_OK || compare_report_read(cut + 1, len - 1 -
	    (size_t)(cut - text), &head, &d) != ERR_OK)
		MUST(d.msg[0] != '\0');
	else if (compare_run(&c, base, head, &o) == ERR_OK)
		holds(&c);
	compare_clear(&c);
	compare_report_free(base);
	compare_report_free(head);
	return 0;
}
