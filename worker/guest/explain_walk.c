/*
 * Back along the path.  At the level the validator asks for, a log holds
 * just the path to the failure: the kernel winds the log back when it
 * leaves a branch that was fine.  At the level older kernels need (5.10)
 * all paths are there; where one ends the next instruction was reached by
 * a branch further back, the nearest that leads there.
 */
#include <string.h>

#include "explain_impl.h"

/* Enough for any path a person would read. */
#define WALK_MAX	(32UL * 1024 * 1024)

struct	walk {
	struct explanation *e;
	bool		 seeking; /* a branch to "next", the path broke off */
	bool		 returned; /* an exit before here is of a callee */
	bool		 changed; /* an instruction passed may change states */
	bool		 jumped; /* the log's source lines are of elsewhere */
	bool		 states; /* still collecting */
	bool		 killed[EXPLAIN_REGS];
	int		 frame;	/* the states are of, -1 not known */
	int64_t		 next;	/* instruction that follows on the path */
	size_t		 unplaced; /* steps, newest first, without source */
	size_t		 nsteps; /* newest first, in "steps" */
	struct explain_step steps[EXPLAIN_STEPS_MAX];
};

static void
add_reg(struct walk *w, int number, const struct slice *value)
{
	struct explanation	*e = w->e;
	size_t			 i, n = e->nregs;

	if (w->killed[number] || n == EXPLAIN_REGS)
		return;
	w->killed[number] = true;
	for (i = n; i > 0 && e->regs[i - 1].number > number; i--)
		e->regs[i] = e->regs[i - 1];
	e->regs[i].number = number;
	e->regs[i].value = *value;
	e->nregs = n + 1;
}

static void
add_slot(struct explanation *e, int number, const struct slice *value)
{
	size_t	 i, n = e->nslots;

	for (i = 0; i < n; i++)
		if (e->slots[i].number == number)
			return;
	if (n == EXPLAIN_SLOTS_MAX)
		return;
	for (i = n; i > 0 && e->slots[i - 1].number < number; i--)
		e->slots[i] = e->slots[i - 1];
	e->slots[i].number = number;
	e->slots[i].value = *value;
	e->nslots = n + 1;
}

/* What was said later counts: only the first value of each is kept. */
static void
take_state(struct walk *w, struct slice s, bool whole)
{
	struct logvalue	 v;
	int		 frame = logstate_frame(&s);

	if (!w->states)
		return;
	if (w->frame == -1)
		w->frame = frame;
	if (frame != w->frame) {
		w->states = false;
		return;
	}
	while (logvalue_next(&s, &v)) {
		if (v.kind == VALUE_REG)
			add_reg(w, v.number, &v.value);
		else if (v.kind == VALUE_SLOT)
			add_slot(w->e, v.number, &v.value);
	}
	if (whole)
		w->states = false;
}

void
explain_take_state(struct explanation *e, struct slice state)
{
	struct walk	 w;

	if (e->nregs > 0)
		return;
	memset(&w, 0, sizeof(w));
	w.e = e;
	w.states = true;
	w.frame = -1;
	take_state(&w, state, true);
}

/* Of R0 to R5 only what a call says it left is there after it. */
static void
kill_args(struct walk *w, const struct slice *text)
{
	int	 i;

	if (slice_find(text, ") call ") != 3)
		return;
	for (i = 0; i <= 5; i++)
		w->killed[i] = true;
}

static void
add_step(struct walk *w, const struct logline *l)
{
	struct explain_step	*s;

	if (w->nsteps == EXPLAIN_STEPS_MAX)
		return;
	s = &w->steps[w->nsteps++];
	memset(s, 0, sizeof(*s));
	s->kind = STEP_BRANCH;
	s->insn = l->insn;
	s->to = w->next;
	s->text = l->text;
	s->taken = w->next != l->insn + 1;
}

/* May "next" follow this instruction, which is no conditional jump? */
static bool
leads_on(const struct walk *w, const struct logline *l)
{
	const struct slice	*t = &l->text;

	if (slice_find(t, ") exit") == 3)
		return w->returned;
	if (slice_find(t, ") goto") == 3 || slice_find(t, ") call") == 3)
		return true;
	/* A 64-bit constant takes two. */
	return w->next == l->insn + 1 || w->next == l->insn + 2;
}

static void
walk_insn(struct walk *w, const struct logline *l)
{
	int64_t	 target = logline_branch(&l->text, l->insn);
	bool	 leads;

	/* What is put off is the jump; the kernel falls through first. */
	if (target >= 0)
		leads = w->next == target ||
		    (!w->seeking && w->next == l->insn + 1);
	else
		leads = !w->seeking && leads_on(w, l);
	if (!w->seeking) {
		if (l->state.p != NULL)
			take_state(w, l->state, l->whole);
		kill_args(w, &l->text);
	}
	w->seeking = !leads;
	w->returned = false;
	if (!leads) {
		w->states = false;
		return;
	}
	if (target >= 0)
		add_step(w, l);
	else if (slice_find(&l->text, ") goto") != 3)
		w->changed = true;
	if (w->next != l->insn + 1 && (target >= 0 ||
	    slice_find(&l->text, ") goto") == 3))
		w->jumped = true;
	w->next = l->insn;
}

static void
walk_source(struct walk *w, const struct slice *text)
{
	struct explain_where	 where;

	if (w->seeking)
		return;
	logline_where(text, &where);
	/* A line is not said again where the log was wound back to it. */
	if (!w->e->where.known && !w->jumped)
		w->e->where = where;
	for (; w->unplaced < w->nsteps; w->unplaced++)
		w->steps[w->unplaced].where = where;
}

/*
 * Before 5.17 no state says what changed: it holds where it stands only,
 * and at the lower level most instructions have none.
 */
static void
walk_state(struct walk *w, const struct logline *l, bool whole)
{
	if (w->seeking)
		return;
	if (l->old && w->changed)
		w->states = false;
	take_state(w, l->state, whole);
}

static void
walk_line(struct walk *w, const struct logline *l)
{
	switch (l->kind) {
	case LINE_INSN:
		walk_insn(w, l);
		break;
	case LINE_STATE:
		walk_state(w, l, l->whole);
		break;
	case LINE_FROM:
	case LINE_BARE:
		walk_state(w, l, true);
		break;
	case LINE_SAFE:
		w->seeking = true;
		w->states = false;
		break;
	case LINE_RETURN:
		w->returned = true;
		break;
	case LINE_SOURCE:
		walk_source(w, &l->text);
		break;
	default:
		break;
	}
}

/*
 * A state alone on its line is whole, unless something was said between it
 * and the instruction that changed it.
 */
static bool
stands_alone(const char *log, size_t pos)
{
	struct logline	 l;
	struct slice	 s;

	if (!logline_prev(log, &pos, &s))
		return true;
	logline_read(&l, s.p, s.len);
	return l.kind == LINE_INSN || l.kind == LINE_SAFE ||
	    l.kind == LINE_BARE;
}

/* Oldest first, behind what is there already. */
static void
keep_steps(struct explanation *e, const struct walk *w)
{
	size_t	 n = w->nsteps;

	while (n > 0 && e->nsteps + n > EXPLAIN_STEPS_MAX)
		n--;
	while (n > 0)
		e->steps[e->nsteps++] = w->steps[--n];
}

/* Up to the failing instruction itself; "end" is behind its line. */
static size_t
walk_start(struct walk *w, const char *log, size_t end)
{
	struct explanation	*e = w->e;
	struct logline		 l;
	struct slice		 s;
	size_t			 pos = end;

	while (logline_prev(log, &pos, &s)) {
		logline_read(&l, s.p, s.len);
		if (l.state.p != NULL)
			take_state(w, l.state, l.whole);
		if (l.kind != LINE_INSN)
			continue;
		w->next = l.insn;
		if (l.insn == e->insn) {
			e->insn_text = l.text;
			return pos;
		}
		/* The failing one is what this would have led to. */
		w->next = e->insn;
		return end;
	}
	return 0;
}

void
explain_walk(struct explanation *e, const char *log, size_t end)
{
	struct walk	 w;
	struct logline	 l;
	struct slice	 s;
	size_t		 pos;

	memset(&w, 0, sizeof(w));
	w.e = e;
	w.frame = -1;
	w.states = e->nregs == 0;
	pos = walk_start(&w, log, end);
	while (end - pos < WALK_MAX && logline_prev(log, &pos, &s)) {
		logline_read(&l, s.p, s.len);
		if (l.kind == LINE_STATE && !l.whole)
			l.whole = stands_alone(log, pos);
		walk_line(&w, &l);
		if (!w.states && w.nsteps == EXPLAIN_STEPS_MAX &&
		    (e->where.known || w.jumped) && w.unplaced == w.nsteps)
			break;
	}
	keep_steps(e, &w);
}
