/* Inside a target: its programs, what they cost the verifier, its tests. */
#include "domain/compare.h"

#include <stdlib.h>
#include <string.h>

static const char *const part_words[CMP_PART_CHANGE__MAX] = {
	[CMP_PART_SAME] = "unchanged",
	[CMP_PART_LOST] = "lost",
	[CMP_PART_CAUSE] = "cause_changed",
	[CMP_PART_GAINED] = "gained",
	[CMP_PART_REMOVED] = "removed",
	[CMP_PART_ADDED] = "added",
};

const char *
cmp_part_word(enum cmp_part_change c)
{
	return part_words[c];
}

static bool
lost(enum cmp_step was, enum cmp_step is)
{
	return was == CMP_STEP_PASS && is == CMP_STEP_FAIL;
}

static enum cmp_part_change
prog_change(const struct cmp_prog *b, const struct cmp_prog *h)
{
	if (b == NULL)
		return CMP_PART_ADDED;
	if (h == NULL)
		return CMP_PART_REMOVED;
	/* A variant that was not chosen has nothing to lose. */
	if (b->off || h->off)
		return CMP_PART_SAME;
	if (lost(b->load, h->load) || lost(b->attach, h->attach))
		return CMP_PART_LOST;
	if (lost(h->load, b->load) || lost(h->attach, b->attach))
		return CMP_PART_GAINED;
	if (b->load == CMP_STEP_FAIL && h->load == CMP_STEP_FAIL &&
	    (strcmp(b->code, h->code) != 0 || strcmp(b->sub, h->sub) != 0))
		return CMP_PART_CAUSE;
	return CMP_PART_SAME;
}

static enum cmp_part_change
test_change(const struct cmp_test *b, const struct cmp_test *h)
{
	if (b == NULL)
		return CMP_PART_ADDED;
	if (h == NULL)
		return CMP_PART_REMOVED;
	return lost(b->result, h->result) ? CMP_PART_LOST :
	    lost(h->result, b->result) ? CMP_PART_GAINED : CMP_PART_SAME;
}

/* Of two programs that load: where one fails says how far it got, no cost. */
static void
weigh(struct cmp_prog_row *p, int64_t percent)
{
	int64_t	 was, is, delta;

	if (p->base == NULL || p->head == NULL ||
	    p->base->load != CMP_STEP_PASS || p->head->load != CMP_STEP_PASS)
		return;
	p->near_limit = p->head->near_limit && !p->base->near_limit;
	was = p->base->insns;
	is = p->head->insns;
	if (was <= 0 || is <= 0 || was > INT32_MAX || is > INT32_MAX)
		return;
	delta = is - was;
	p->permille = delta * 1000 / was;
	if (llabs(delta) < COMPARE_COST_FLOOR ||
	    llabs(delta) * 100 <= percent * was)
		return;
	p->cost = delta > 0 ? CMP_COST_UP : CMP_COST_DOWN;
}

static bool
worth_a_row(const struct cmp_prog_row *p)
{
	return p->change != CMP_PART_SAME || p->cost != CMP_COST_SAME ||
	    p->near_limit || p->permille != 0;
}

static void
add_prog(struct cmp_row *r, const struct cmp_prog_row *p, size_t *room)
{
	r->lost += p->change == CMP_PART_LOST;
	r->gained += p->change == CMP_PART_GAINED;
	r->cost_up += p->cost == CMP_COST_UP;
	r->cost_down += p->cost == CMP_COST_DOWN;
	r->near_limit += p->near_limit;
	if (!worth_a_row(p))
		return;
	if (*room == 0) {
		r->cut++;
		return;
	}
	(*room)--;
	r->progs[r->nprogs++] = *p;
}

static enum err
progs(struct cmp_row *r, const struct compare_opts *o, size_t *room)
{
	const struct cmp_target	*b = r->base, *h = r->head;
	size_t			 i = 0, k = 0;
	int			 way;

	if (b->nprogs + h->nprogs == 0)
		return ERR_OK;
	r->progs = calloc(b->nprogs + h->nprogs, sizeof(*r->progs));
	if (r->progs == NULL)
		return ERR_NOMEM;
	while (i < b->nprogs || k < h->nprogs) {
		struct cmp_prog_row	 p = { 0 };

		way = i == b->nprogs ? 1 : k == h->nprogs ? -1 :
		    strcmp(b->progs[i].name, h->progs[k].name);
		if (way <= 0)
			p.base = &b->progs[i++];
		if (way >= 0)
			p.head = &h->progs[k++];
		p.change = prog_change(p.base, p.head);
		weigh(&p, o->cost_percent);
		add_prog(r, &p, room);
	}
	return ERR_OK;
}

static void
add_test(struct cmp_row *r, const struct cmp_test_row *t, size_t *room)
{
	r->lost += t->change == CMP_PART_LOST;
	r->gained += t->change == CMP_PART_GAINED;
	if (t->change == CMP_PART_SAME)
		return;
	if (*room == 0) {
		r->cut++;
		return;
	}
	(*room)--;
	r->tests[r->ntests++] = *t;
}

static enum err
tests(struct cmp_row *r, size_t *room)
{
	const struct cmp_target	*b = r->base, *h = r->head;
	size_t			 i = 0, k = 0;
	int			 way;

	if (b->ntests + h->ntests == 0)
		return ERR_OK;
	r->tests = calloc(b->ntests + h->ntests, sizeof(*r->tests));
	if (r->tests == NULL)
		return ERR_NOMEM;
	while (i < b->ntests || k < h->ntests) {
		struct cmp_test_row	 t = { 0 };

		way = i == b->ntests ? 1 : k == h->ntests ? -1 :
		    strcmp(b->tests[i].name, h->tests[k].name);
		if (way <= 0)
			t.base = &b->tests[i++];
		if (way >= 0)
			t.head = &h->tests[k++];
		t.change = test_change(t.base, t.head);
		add_test(r, &t, room);
	}
	return ERR_OK;
}

/* What changed most comes first: lost, then costlier, then the rest. */
static int
prog_rank(const void *a, const void *b)
{
	const struct cmp_prog_row	*p = a, *q = b;
	int				 n;

	if ((n = (q->change == CMP_PART_LOST) -
	    (p->change == CMP_PART_LOST)) != 0 ||
	    (n = (q->cost == CMP_COST_UP) - (p->cost == CMP_COST_UP)) != 0)
		return n;
	if (p->permille != q->permille)
		return llabs(q->permille) > llabs(p->permille) ? 1 : -1;
	return strcmp((p->head != NULL ? p->head : p->base)->name,
	    (q->head != NULL ? q->head : q->base)->name);
}

enum err
compare_parts(struct cmp_row *r, const struct compare_opts *o, size_t *room)
{
	enum err	 e;

	/* Without an answer from both there is nothing to hold together. */
	if (r->base == NULL || r->head == NULL ||
	    r->base->status > CMP_FAIL || r->head->status > CMP_FAIL)
		return ERR_OK;
	if ((e = progs(r, o, room)) != ERR_OK ||
	    (e = tests(r, room)) != ERR_OK)
		return e;
	if (r->nprogs > 1)
		qsort(r->progs, r->nprogs, sizeof(*r->progs), prog_rank);
	return ERR_OK;
}
