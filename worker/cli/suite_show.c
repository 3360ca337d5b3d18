#include "worker/cli/suite_show.h"

#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "worker/cli/cli.h"
#include "worker/cli/test_cause.h"

#define PLAN_MAX	((size_t)1024 * 1024)
#define FINDINGS_SHOWN	3

static void
headline(const struct outcome *o, struct buf *b)
{
	size_t	 good = 0, bad = 0, skipped = 0, told;

	for (size_t i = 0; i < o->n; i++) {
		skipped += strcmp(o->cases[i].status, "skipped") == 0;
		good += o->cases[i].exit_code == 0;
		bad += o->cases[i].exit_code == 2;
	}
	good -= skipped;
	told = good + bad;
	if (o->exit_code == 0)
		buf_addf(b, "PASS: %zu of %zu cases", good, o->n);
	else if (o->exit_code == 2)
		buf_addf(b, "FAIL: %zu of %zu cases do not pass", bad, o->n);
	else
		buf_addf(b, "COULD NOT TELL: %zu of %zu cases gave no answer",
		    o->n - told - skipped, o->n);
	if (skipped > 0)
		buf_addf(b, ", %zu not run", skipped);
	buf_adds(b, " - ");
	cause_put(b, o->name, 64);
	buf_adds(b, "\n\n");
}

static void
finding(const struct oc_finding *f, struct buf *b)
{
	buf_adds(b, "        ");
	if (f->program[0] != '\0') {
		buf_adds(b, "program ");
		cause_put(b, f->program, 80);
		buf_adds(b, ": ");
	}
	cause_put(b, f->code, 64);
	if (f->sub[0] != '\0') {
		buf_addc(b, '/');
		cause_put(b, f->sub, 40);
	}
	buf_adds(b, ": ");
	cause_put(b, f->reason, 300);
	buf_addc(b, '\n');
	if (f->file[0] != '\0') {
		buf_adds(b, "          ");
		cause_put(b, f->file, 200);
		buf_addf(b, ":%lld: ", (long long)f->line);
		cause_put(b, f->text, 160);
		buf_addc(b, '\n');
	}
	if (f->remedy[0] != '\0') {
		buf_adds(b, "          fix: ");
		cause_put(b, f->remedy, 300);
		buf_addc(b, '\n');
	}
}

static void
tests(const struct oc_target *t, struct buf *b)
{
	for (size_t i = 0; i < t->ntests; i++) {
		if (strcmp(t->tests[i].status, "pass") == 0)
			continue;
		buf_adds(b, "        test ");
		cause_put(b, t->tests[i].name, 127);
		buf_adds(b, ": ");
		cause_put(b, t->tests[i].error[0] != '\0' ?
		    t->tests[i].error : "not run", 300);
		buf_addc(b, '\n');
	}
}

/* The word before a target, in capitals when it is in the way. */
static const char *
word_of(const struct oc_target *t)
{
	switch (t->effect) {
	case OC_BLOCKS:
		return "FAIL";
	case OC_KNOWN:
		return "known";
	case OC_UNKNOWN:
	case OC_UNTOLD:
		return "?";
	default:
		return "fail";
	}
}

static void
target(const struct oc_target *t, struct buf *b)
{
	if (t->effect == OC_OK)
		return;
	buf_addf(b, "      %-5s %-9s ", word_of(t), t->required ?
	    "required" : "optional");
	cause_put(b, t->profile, 64);
	buf_addc(b, ' ');
	cause_put(b, t->kernel, 64);
	buf_addc(b, '\n');
	if (t->infra[0] != '\0') {
		buf_adds(b, "        ");
		cause_put(b, t->infra, 400);
		buf_addc(b, '\n');
	}
	if (t->expected[0] != '\0') {
		buf_adds(b, "        expectation: ");
		cause_put(b, t->expected, 400);
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < t->nfindings && i < FINDINGS_SHOWN; i++)
		finding(&t->findings[i], b);
	if (t->nfindings > FINDINGS_SHOWN)
		buf_addf(b, "        and %zu more programs\n",
		    t->nfindings - FINDINGS_SHOWN);
	tests(t, b);
}

static void
one_case(const struct oc_case *c, struct buf *b)
{
	size_t	 passed = 0;

	for (size_t i = 0; i < c->ntargets; i++)
		passed += strcmp(c->targets[i].status, "pass") == 0;
	buf_addf(b, "  %-7s ", c->exit_code == 2 ? "FAIL" :
	    c->exit_code == 1 ? "?" : strcmp(c->status, "fail") == 0 ?
	    "known" : strcmp(c->status, "skipped") == 0 ? "-" : "pass");
	cause_put(b, c->name, 64);
	buf_addf(b, "%s%s%s", c->mode[0] != '\0' ? " (" : "", c->mode,
	    c->mode[0] != '\0' ? ")" : "");
	if (c->ntargets > 0)
		buf_addf(b, ", %zu of %zu kernels", passed, c->ntargets);
	if (c->error[0] != '\0') {
		buf_adds(b, ": ");
		cause_put(b, c->error, 600);
	}
	buf_addc(b, '\n');
	for (size_t i = 0; i < c->ntargets; i++)
		target(&c->targets[i], b);
}

void
suite_show(const struct outcome *o, struct buf *b)
{
	char	 took[32];

	headline(o, b);
	for (size_t i = 0; i < o->n; i++)
		one_case(&o->cases[i], b);
	time_format_duration(o->ms, took, sizeof(took));
	buf_addf(b, "\nTime: %s\n", took);
}

/* --- the plan -------------------------------------------------------------------- */

static void
plan_json(const struct suite *s, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "name", s->name);
	jsonw_arr(&w, "cases");
	for (size_t i = 0; i < s->n; i++) {
		const struct suite_case	*c = &s->cases[i];

		jsonw_obj(&w, NULL);
		jsonw_str(&w, "name", c->name);
		jsonw_str(&w, "mode", suite_case_mode(c));
		jsonw_str_opt(&w, "artifact", c->artifact);
		jsonw_str_opt(&w, "manifest", c->manifest);
		jsonw_str(&w, "matrix", c->matrix);
		jsonw_str_opt(&w, "command", c->has_test ? c->test.command :
		    c->command.run);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(b, '\n');
}

int
suite_show_plan(const struct suite *s, bool json)
{
	struct buf	 b = BUF_INIT(PLAN_MAX);
	const char	*mode;
	int		 code;

	if (json)
		plan_json(s, &b);
	for (size_t i = 0; i < s->n && !json; i++) {
		mode = suite_case_mode(&s->cases[i]);
		buf_addf(&b, "%-24s %-12s %s on %s\n", s->cases[i].name,
		    mode[0] != '\0' ? mode : "-", s->cases[i].artifact[0] !=
		    '\0' ? s->cases[i].artifact : s->cases[i].command.run,
		    s->cases[i].matrix);
	}
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}
