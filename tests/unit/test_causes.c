/*
 * doc/causes.md against the tables it is about: every code, every row of
 * the ladder, every rule of the verifier.  UPDATE_GOLDEN=1 writes it anew.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "domain/classify.h"
#include "domain/verifier_reason.h"

static const char intro[] =
    "# Causes\n"
    "\n"
    "Every failure gets a `code`, mostly a `sub_reason`, a `confidence`, and "
    "the `rule` of the\nladder that decided. `proof` lists what held: "
    "experiments the guest made on that very\nkernel, probes, relocations, "
    "externs, build options, lines of a log. Confidence is `high`\nonly where "
    "that leaves no other cause. `UNKNOWN` is an answer: the evidence is "
    "quoted and\nnothing is guessed.\n"
    "\n"
    "Words in braces stand for what was found. This file is written from the "
    "tables in\n`shared/domain/classify_*.c` and `verifier_*.c` by "
    "`tests/unit/test_causes.c`.\n";

static bool
same(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

/* Did an earlier row say the same? */
static bool
repeated(size_t n, const struct class_rule_info *r)
{
	struct class_rule_info	 o;

	for (size_t i = 0; i < n && class_rule_at(i, &o); i++)
		if (same(o.code, r->code) && same(o.sub, r->sub) &&
		    same(o.reason, r->reason))
			return true;
	return false;
}

static void
rows_of(struct buf *b, const char *code)
{
	struct class_rule_info	 r;

	buf_adds(b, "\n| sub-reason | rule | confidence | it says | what to "
	    "do |\n|---|---|---|---|---|\n");
	for (size_t i = 0; class_rule_at(i, &r); i++)
		if (same(r.code, code) && !repeated(i, &r))
			buf_addf(b, "| %s%s%s | %s | %s | %s | %s |\n",
			    r.sub == NULL || r.sub[0] == '\0' ? "" : "`",
			    r.sub == NULL ? "(of the verifier's words)" :
			    r.sub, r.sub == NULL || r.sub[0] == '\0' ? "" :
			    "`", r.name, r.confidence, r.reason, r.remedy);
}

static void
words_of(struct buf *b, const char *code)
{
	const struct verifier_reason	*v;
	size_t				 n = 0;

	for (size_t i = 0; (v = verifier_reason_at(i)) != NULL; i++) {
		if (!same(v->code, code))
			continue;
		if (n++ == 0)
			buf_adds(b, "\nWhat the verifier's last words mean:\n"
			    "\n| sub-reason | the rule | the usual fix |\n"
			    "|---|---|---|\n");
		buf_addf(b, "| %s%s%s | %s | %s |\n", v->sub[0] == '\0' ? "" :
		    "`", v->sub, v->sub[0] == '\0' ? "" : "`", v->rule,
		    v->fix);
	}
}

static void
write_document(struct buf *b)
{
	const struct class_code	*c;

	buf_adds(b, intro);
	for (size_t i = 0; (c = class_code_at(i)) != NULL; i++) {
		buf_addf(b, "\n## %s\n\n%s. %s\n", c->code, c->title,
		    c->meaning);
		rows_of(b, c->code);
		words_of(b, c->code);
	}
}

static bool
has_code(const char *code)
{
	const struct class_code	*c;

	for (size_t i = 0; (c = class_code_at(i)) != NULL; i++)
		if (same(c->code, code))
			return true;
	return false;
}

Test(causes, every_code_is_explained)
{
	const struct verifier_reason	*v;
	struct class_rule_info		 r;

	for (size_t i = 0; class_rule_at(i, &r); i++)
		cr_assert(has_code(r.code), "%s", r.code);
	for (size_t i = 0; (v = verifier_reason_at(i)) != NULL; i++)
		cr_assert(has_code(v->code), "%s", v->code);
	TEST_END();
}

Test(causes, every_rule_has_a_name_of_its_own)
{
	struct class_rule_info	 r, o;

	for (size_t i = 0; class_rule_at(i, &r); i++)
		for (size_t k = 0; k < i && class_rule_at(k, &o); k++)
			cr_assert_str_neq(r.name, o.name);
	TEST_END();
}

Test(causes, the_document_is_what_the_tables_say)
{
	const char	*src = getenv("top_srcdir");
	struct buf	 got = BUF_INIT(1000000), want = BUF_INIT(1000000);
	char		 path[4096];

	snprintf(path, sizeof(path), "%s/doc/causes.md",
	    src == NULL ? "." : src);
	write_document(&got);
	if (getenv("UPDATE_GOLDEN") != NULL)
		cr_assert_eq(fsio_write_atomic(path, got.data, got.len,
		    0644, NULL), ERR_OK);
	cr_assert_eq(fsio_read(path, &want, NULL), ERR_OK, "%s", path);
	cr_assert_str_eq(buf_str(&got), buf_str(&want));
	buf_clear(&got);
	buf_clear(&want);
	TEST_END();
}
