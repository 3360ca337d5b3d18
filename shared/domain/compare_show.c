/* A comparison for a terminal: the verdict first, then by importance. */
#include <stdio.h>
#include <string.h>

#include "domain/compare.h"

static const char *
or_dash(const char *s)
{
	return s[0] == '\0' ? "-" : s;
}

static void
side(struct buf *b, const char *label, const struct cmp_report *r)
{
	buf_addf(b, "%s  %s", label, or_dash(r->name[0] != '\0' ? r->name :
	    r->basename));
	if (r->version[0] != '\0')
		buf_addf(b, "@%s", r->version);
	buf_addf(b, "  run %s  %s", or_dash(r->run_id), or_dash(r->status));
	if (r->sha256[0] != '\0')
		buf_addf(b, "  sha256 %.12s", r->sha256);
	buf_addc(b, '\n');
}

/* "fail load VERIFIER_REJECTION/out_of_bounds" */
static void
state(struct buf *b, const struct cmp_target *t)
{
	if (t == NULL) {
		buf_adds(b, "not tested");
		return;
	}
	buf_adds(b, t->status_word);
	if (t->stage[0] != '\0')
		buf_addf(b, " in %s", t->stage);
	if (t->code[0] != '\0')
		buf_addf(b, " %s", t->code);
	if (t->sub[0] != '\0')
		buf_addf(b, "/%s", t->sub);
	if (t->expected_fail)
		buf_adds(b, " (expected)");
}

static const char *
prog_state(const struct cmp_prog *p)
{
	return p == NULL ? "not there" : p->load == CMP_STEP_FAIL ?
	    "refused" : p->attach == CMP_STEP_FAIL ? "does not attach" :
	    p->load == CMP_STEP_PASS ? "works" : "not tried";
}

static void
program(struct buf *b, const struct cmp_prog_row *p)
{
	const struct cmp_prog	*any = p->head != NULL ? p->head : p->base;

	if (p->change == CMP_PART_SAME)
		return;
	buf_addf(b, "      program %s: %s -> %s", any->name,
	    prog_state(p->base), prog_state(p->head));
	if (p->head != NULL && p->head->code[0] != '\0')
		buf_addf(b, " %s%s%s", p->head->code,
		    p->head->sub[0] != '\0' ? "/" : "", p->head->sub);
	buf_addc(b, '\n');
}

static void
parts(struct buf *b, const struct cmp_row *r)
{
	for (size_t i = 0; i < r->nprogs; i++)
		program(b, &r->progs[i]);
	for (size_t i = 0; i < r->ntests; i++) {
		const struct cmp_test_row	*t = &r->tests[i];

		buf_addf(b, "      test %s: %s\n", or_dash((t->head != NULL ?
		    t->head : t->base)->name), cmp_part_word(t->change));
	}
	if (r->cut > 0)
		buf_addf(b, "      and %zu more, left out here\n", r->cut);
}

static void
row(struct buf *b, const struct cmp_row *r)
{
	const char	*why = "";

	buf_addf(b, "  %s%s: ", r->id, r->required ? " (required)" : "");
	state(b, r->base);
	buf_adds(b, " -> ");
	state(b, r->head);
	if (r->stage < 0)
		buf_adds(b, " (earlier)");
	buf_addc(b, '\n');
	if (r->head != NULL)
		why = r->head->status == CMP_FAIL ? r->head->reason :
		    r->head->status == CMP_INFRA ? r->head->infra : "";
	if (why[0] != '\0')
		buf_addf(b, "      %s\n", why);
	parts(b, r);
}

static void
group(struct buf *b, const struct compare *c, enum cmp_effect e)
{
	bool	 list = e != CMP_SAME && e != CMP_STILL_FAILING &&
		    e != CMP_ADDED;

	if (c->n.effect[e] == 0)
		return;
	buf_addf(b, "\n%s: %lld\n", cmp_effect_title(e),
	    (long long)c->n.effect[e]);
	for (size_t i = 0; list && i < c->nrows; i++)
		if (c->rows[i].effect == e)
			row(b, &c->rows[i]);
}

static void
cost_line(struct buf *b, const struct cmp_row *r,
    const struct cmp_prog_row *p)
{
	char	 pc[32];

	compare_percent(p->permille, pc);
	buf_addf(b, "  %s on %s: %lld -> %lld instructions (%s %%)%s\n",
	    p->head->name, r->id, (long long)p->base->insns,
	    (long long)p->head->insns, pc, p->near_limit ?
	    ", near the limit" : "");
}

#define COST_LINES	20

static void
costs(struct buf *b, const struct compare *c)
{
	int64_t	 left = c->n.cost_up + c->n.cost_down, shown = 0;

	if (left == 0)
		return;
	buf_addf(b, "\nVerifier cost beyond %lld %%: %lld up, %lld down\n",
	    (long long)c->opts.cost_percent, (long long)c->n.cost_up,
	    (long long)c->n.cost_down);
	for (size_t i = 0; i < c->nrows; i++)
		for (size_t k = 0; k < c->rows[i].nprogs; k++)
			if (c->rows[i].progs[k].cost != CMP_COST_SAME &&
			    shown++ < COST_LINES)
				cost_line(b, &c->rows[i],
				    &c->rows[i].progs[k]);
	if (shown > COST_LINES)
		buf_addf(b, "  and %lld more\n",
		    (long long)(shown - COST_LINES));
}

void
compare_text(const struct compare *c, struct buf *b)
{
	static const char *const marks[] = {
		[CMP_VERDICT_PASS] = "PASS",
		[CMP_VERDICT_FAIL] = "FAIL",
		[CMP_VERDICT_UNKNOWN] = "UNKNOWN",
	};

	buf_addf(b, "%s  %s\n\n", marks[c->verdict], c->sentence);
	side(b, "base", c->base);
	side(b, "head", c->head);
	for (size_t i = 0; i < c->nnotes; i++)
		buf_addf(b, "note  %s\n", c->notes[i].text);
	for (int e = 0; e < CMP_EFFECT__MAX; e++)
		group(b, c, (enum cmp_effect)e);
	costs(b, c);
}
