/* Target by target: what changed, and what that means for shipping. */
#include "domain/compare.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char	*word, *title;
} effects[CMP_EFFECT__MAX] = {
	[CMP_NEW_FAILURE] = { "new_failure", "New failures" },
	[CMP_DROPPED] = { "dropped", "Not tested any more" },
	[CMP_ADDED_FAILING] = { "added_failing", "Newly tested, failing" },
	[CMP_OUTDATED] = { "manifest_outdated",
	    "Passing against the manifest" },
	[CMP_LOST_PARTS] = { "lost_parts", "Passing, with parts lost" },
	[CMP_CAUSE_CHANGED] = { "cause_changed",
	    "Failing for another reason" },
	[CMP_NO_ANSWER] = { "no_answer", "No answer" },
	[CMP_EXPECTED] = { "expected_failure",
	    "Failing as the manifest expects" },
	[CMP_STILL_FAILING] = { "still_failing", "Failing as before" },
	[CMP_ANSWERED] = { "answered", "No answer before, passing now" },
	[CMP_ADDED] = { "added", "Newly tested" },
	[CMP_FIXED] = { "fixed", "Fixed" },
	[CMP_SAME] = { "unchanged", "Unchanged" },
};

const char *
cmp_effect_word(enum cmp_effect e)
{
	return effects[e].word;
}

const char *
cmp_effect_title(enum cmp_effect e)
{
	return effects[e].title;
}

static bool
told(const struct cmp_target *t)
{
	return t->status == CMP_PASS || t->status == CMP_FAIL;
}

/* Nothing to object to: passes, or fails just as expected. */
static bool
good(const struct cmp_target *t)
{
	return (t->status == CMP_PASS && !t->outdated) || t->expected_fail;
}

/* --- the word that existing clients know --------------------------------- */

static int
score(const struct cmp_target *t)
{
	return t->status == CMP_PASS ? 3 : t->status == CMP_FAIL ? 2 : 0;
}

/*
 * By status and code alone.  Where a side gave no answer the two cannot be
 * ranked, so a change of that kind has a word of its own.
 */
static const char *
change_word(const struct cmp_target *b, const struct cmp_target *h)
{
	if (b == NULL)
		return "added";
	if (h == NULL)
		return "removed";
	if (strcmp(b->status_word, h->status_word) == 0)
		return strcmp(b->code, h->code) == 0 ? "unchanged" :
		    "classification_changed";
	if (!told(b) || !told(h))
		return "inconclusive";
	return score(h) > score(b) ? "improved" : "regressed";
}

/* --- what it means -------------------------------------------------------- */

static bool
same_cause(const struct cmp_target *b, const struct cmp_target *h)
{
	return strcmp(b->code, h->code) == 0 &&
	    strcmp(b->sub, h->sub) == 0 && strcmp(b->stage, h->stage) == 0;
}

static enum cmp_effect
effect_both(const struct cmp_target *b, const struct cmp_target *h)
{
	if (!told(h))
		return CMP_NO_ANSWER;
	/* Good now is good, whatever was before; bad now may be new. */
	if (!told(b))
		return good(h) ? CMP_ANSWERED : CMP_NO_ANSWER;
	if (h->outdated)
		return b->outdated ? CMP_STILL_FAILING : CMP_OUTDATED;
	if (h->expected_fail)
		return b->expected_fail ? CMP_SAME : CMP_EXPECTED;
	if (h->status == CMP_PASS)
		return b->status == CMP_PASS && !b->outdated ? CMP_SAME :
		    CMP_FIXED;
	if (good(b) || b->outdated)
		return CMP_NEW_FAILURE;
	return same_cause(b, h) ? CMP_STILL_FAILING : CMP_CAUSE_CHANGED;
}

static enum cmp_effect
effect(const struct cmp_target *b, const struct cmp_target *h)
{
	if (h == NULL)
		return CMP_DROPPED;
	if (b != NULL)
		return effect_both(b, h);
	if (!told(h))
		return CMP_NO_ANSWER;
	return h->outdated ? CMP_OUTDATED : h->expected_fail ? CMP_EXPECTED :
	    good(h) ? CMP_ADDED : CMP_ADDED_FAILING;
}

/* In the order in which a target goes through them. */
static int
stage_place(const char *stage)
{
	static const char *const order[] = { "transport", "infra",
		"validation", "load", "attach", "functional" };

	for (int i = 0; i < (int)(sizeof(order) / sizeof(order[0])); i++)
		if (strcmp(stage, order[i]) == 0)
			return i;
	return -1;
}

static int
stage_move(const struct cmp_target *b, const struct cmp_target *h)
{
	int	 was, is;

	if (b == NULL || h == NULL || b->status != CMP_FAIL ||
	    h->status != CMP_FAIL)
		return 0;
	was = stage_place(b->stage);
	is = stage_place(h->stage);
	return was == -1 || is == -1 ? 0 : is - was;
}

/* Does a target with this effect stop a release? */
static bool
row_blocks(const struct cmp_row *r, unsigned int strict)
{
	switch (r->effect) {
	case CMP_NEW_FAILURE:
	case CMP_DROPPED:
	case CMP_ADDED_FAILING:
	case CMP_OUTDATED:
		return r->required || (strict & CMP_STRICT_OPTIONAL) != 0;
	case CMP_STILL_FAILING:
	case CMP_CAUSE_CHANGED:
		return r->required && (strict & CMP_STRICT_EXISTING) != 0;
	default:
		break;
	}
	return (r->lost > 0 && (strict & CMP_STRICT_PROGRAMS) != 0) ||
	    (r->cost_up > 0 && (strict & CMP_STRICT_COST) != 0);
}

static enum err
make_row(struct cmp_row *r, const struct cmp_target *b,
    const struct cmp_target *h, const struct compare_opts *o, size_t *room)
{
	enum err	 e;

	r->base = b;
	r->head = h;
	r->id = h != NULL ? h->id : b->id;
	/* Turned optional is no way around a regression. */
	r->required = (b != NULL && b->required) ||
	    (h != NULL && h->required);
	r->change = change_word(b, h);
	r->effect = effect(b, h);
	r->stage = stage_move(b, h);
	if ((e = compare_parts(r, o, room)) != ERR_OK)
		return e;
	if (r->effect == CMP_SAME && r->lost > 0 && h->status == CMP_PASS)
		r->effect = CMP_LOST_PARTS;
	r->inconclusive = r->required && r->effect == CMP_NO_ANSWER;
	r->blocks = row_blocks(r, o->strict);
	return ERR_OK;
}

/* --- counting ------------------------------------------------------------- */

static void
count_required(struct cmp_counts *n, const struct cmp_row *r)
{
	int64_t	*kind = NULL;

	switch (r->effect) {
	case CMP_NEW_FAILURE:
		kind = &n->required_new;
		break;
	case CMP_DROPPED:
		kind = &n->required_dropped;
		break;
	case CMP_ADDED_FAILING:
		kind = &n->required_added_failing;
		break;
	case CMP_OUTDATED:
		kind = &n->required_outdated;
		break;
	case CMP_STILL_FAILING:
	case CMP_CAUSE_CHANGED:
		n->required_existing++;
		break;
	default:
		break;
	}
	if (kind != NULL) {
		(*kind)++;
		n->required_regressions++;
	}
}

static void
count_row(struct cmp_counts *n, const struct cmp_row *r)
{
	n->total++;
	n->effect[r->effect]++;
	n->common += r->base != NULL && r->head != NULL;
	n->unchanged += strcmp(r->change, "unchanged") == 0;
	n->improved += strcmp(r->change, "improved") == 0;
	n->regressed += strcmp(r->change, "regressed") == 0;
	n->required_inconclusive += r->inconclusive;
	if (r->required)
		count_required(n, r);
	else if (r->effect <= CMP_OUTDATED)
		n->optional_regressions++;
	if (r->base != NULL && r->head != NULL && r->base->required &&
	    !r->head->required)
		n->required_removed_flag++;
	n->head_required += r->head != NULL && r->head->required;
	n->base_required_failed += r->base != NULL && r->base->required &&
	    r->base->status != CMP_PASS;
	n->head_required_failed += r->head != NULL && r->head->required &&
	    r->head->status != CMP_PASS;
	n->parts_lost += (int64_t)r->lost;
	n->parts_gained += (int64_t)r->gained;
	n->cost_up += (int64_t)r->cost_up;
	n->cost_down += (int64_t)r->cost_down;
	n->near_limit += (int64_t)r->near_limit;
	for (size_t i = 0; i < r->nprogs; i++)
		if (r->progs[i].cost == CMP_COST_UP &&
		    r->progs[i].permille > n->worst_permille)
			n->worst_permille = r->progs[i].permille;
}

enum err
compare_run(struct compare *c, const struct cmp_report *base,
    const struct cmp_report *head, const struct compare_opts *o)
{
	size_t		 i = 0, k = 0, room = COMPARE_PARTS_MAX;
	enum err	 e;

	c->base = base;
	c->head = head;
	c->opts = *o;
	c->rows = calloc(base->ntargets + head->ntargets + 1,
	    sizeof(*c->rows));
	if (c->rows == NULL)
		return ERR_NOMEM;
	/* Both are in order, so one pass meets every id once. */
	while (i < base->ntargets || k < head->ntargets) {
		const struct cmp_target	*b = NULL, *h = NULL;
		struct cmp_row		*r = &c->rows[c->nrows++];
		int			 way;

		way = i == base->ntargets ? 1 : k == head->ntargets ? -1 :
		    strcmp(base->targets[i].id, head->targets[k].id);
		if (way <= 0)
			b = &base->targets[i++];
		if (way >= 0)
			h = &head->targets[k++];
		if ((e = make_row(r, b, h, o, &room)) != ERR_OK)
			return e;
		count_row(&c->n, r);
	}
	c->n.changed = c->n.total - c->n.unchanged;
	compare_judge(c);
	return ERR_OK;
}

void
compare_clear(struct compare *c)
{
	for (size_t i = 0; i < c->nrows; i++) {
		free(c->rows[i].progs);
		free(c->rows[i].tests);
	}
	free(c->rows);
	memset(c, 0, sizeof(*c));
}
