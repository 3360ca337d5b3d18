/*
 * Some complaints are about the program as it stands and name no
 * instruction.  Which one it is follows from the program itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "explain_impl.h"

#define STACK_MAX	512	/* MAX_BPF_STACK of the kernel */
#define CALLS_MAX	16	/* MAX_CALL_FRAMES, 8 before 7.0 */
#define SUBPROGS_MAX	256	/* BPF_MAX_SUBPROGS of the kernel */
#define STEPS_MAX	(1024 * 1024)

struct	subprogs {
	uint32_t	 start[SUBPROGS_MAX + 1]; /* the last: the end */
	int64_t		 depth[SUBPROGS_MAX];
	size_t		 n;
};

static bool
is_wide(const struct bpf_insn *i)
{
	return i->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool
is_call(const struct bpf_insn *i)
{
	return i->code == (BPF_JMP | BPF_CALL) &&
	    i->src_reg == BPF_PSEUDO_CALL;
}

/* Where an instruction says that a subprogram starts, or -1. */
static int64_t
subprog_named(const struct explain_source *src, size_t i)
{
	const struct bpf_insn	*insn = &src->insns[i];
	int64_t			 to = (int64_t)i + 1 + insn->imm;

	if (!is_call(insn) &&
	    !(is_wide(insn) && insn->src_reg == BPF_PSEUDO_FUNC))
		return -1;
	return to < 0 || to >= (int64_t)src->ninsns ? -1 : to;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
subprogs_find(struct subprogs *s, const struct explain_source *src)
{
	int64_t	 to;
	size_t	 i, k;

	memset(s, 0, sizeof(*s));
	s->n = 1;
	for (i = 0; i < src->ninsns; i++) {
		if ((to = subprog_named(src, i)) <= 0)
			continue;
		for (k = 0; k < s->n && s->start[k] != (uint32_t)to; k++)
			continue;
		if (k == SUBPROGS_MAX)
			return false;
		s->start[k] = (uint32_t)to;
		if (k == s->n)
			s->n++;
	}
	qsort(s->start, s->n, sizeof(s->start[0]), by_number);
	s->start[s->n] = (uint32_t)src->ninsns;
	return true;
}

/* A subprogram has to end with an exit or a jump. */
static int64_t
falls_through(const struct explain_source *src)
{
	struct subprogs	 s;
	uint8_t		 code;
	size_t		 i;

	if (!subprogs_find(&s, src))
		return -1;
	for (i = 0; i < s.n; i++) {
		code = src->insns[s.start[i + 1] - 1].code;
		if (code != (BPF_JMP | BPF_EXIT) &&
		    code != (BPF_JMP | BPF_JA) && code != (BPF_JMP32 | BPF_JA))
			return (int64_t)s.start[i + 1] - 1;
	}
	return -1;
}

/* "stack depth 8+0+400", or "subprog 1 (f) static ... stack 400" a line. */
static void
read_depths(struct subprogs *s, struct slice stats)
{
	struct slice	 rest = stats, num;
	int64_t		 at, n;
	size_t		 i = 0;

	if ((at = slice_find(&rest, "\nsubprog 0 ")) < 0 &&
	    (at = slice_find(&rest, "\nstack depth ")) >= 0) {
		slice_skip(&rest, (size_t)at + strlen("\nstack depth "));
		for (; i < s->n && (n = slice_num(&rest)) >= 0; i++) {
			s->depth[i] = n;
			if (!slice_starts(&rest, "+"))
				break;
			slice_skip(&rest, 1);
		}
		return;
	}
	for (; at >= 0 && i < s->n; i++) {
		slice_skip(&rest, (size_t)at + 1);
		if ((at = slice_find(&rest, " stack ")) < 0)
			break;
		num = rest;
		slice_skip(&num, (size_t)at + strlen(" stack "));
		if ((n = slice_num(&num)) >= 0)
			s->depth[i] = n;
		at = slice_find(&rest, "\nsubprog ");
	}
}

static size_t
subprog_at(const struct subprogs *s, int64_t insn)
{
	size_t	 i;

	for (i = 0; i + 1 < s->n && s->start[i + 1] <= insn; i++)
		continue;
	return i;
}

/* A walk over all chains of calls, as the kernel walks them. */
struct	chain {
	struct subprogs	 s;
	const struct explain_source *src;
	size_t		 sub[CALLS_MAX];
	size_t		 ret[CALLS_MAX]; /* the call out of each */
	size_t		 frames;
};

/* Kernels round each frame up, to 32 bytes or, with a JIT, to 16. */
static int64_t
chain_depth(const struct chain *c, int64_t unit)
{
	int64_t	 d, sum = 0;
	size_t	 i;

	for (i = 0; i < c->frames; i++) {
		d = c->s.depth[c->sub[i]];
		sum += ((d < 1 ? 1 : d) + unit - 1) / unit * unit;
	}
	return sum;
}

/* The next call in or below the innermost frame from "i" on, entered. */
static bool
chain_next(struct chain *c, size_t *i, size_t *call)
{
	int64_t	 to;

	while (*i >= c->s.start[c->sub[c->frames - 1] + 1]) {
		if (--c->frames == 0)
			return false;
		*i = c->ret[c->frames - 1] + 1;
	}
	*call = *i;
	if (!is_call(&c->src->insns[*i]) ||
	    (to = subprog_named(c->src, *i)) < 0) {
		++*i;
		*call = SIZE_MAX;
		return true;
	}
	if (c->frames == CALLS_MAX) {
		++*i;
		return true;
	}
	c->ret[c->frames - 1] = *i;
	c->sub[c->frames++] = subprog_at(&c->s, to);
	*i = (size_t)to;
	return true;
}

/*
 * The call that makes a chain of "frames" functions; with a "total" of bytes
 * on their stacks, unless that is 0.
 */
static int64_t
too_deep(const struct explain_source *src, struct slice stats,
    int64_t frames, int64_t total)
{
	struct chain	 c;
	size_t		 i = 0, call, was;
	long		 steps;

	memset(&c, 0, sizeof(c));
	if (!subprogs_find(&c.s, src))
		return -1;
	read_depths(&c.s, stats);
	c.src = src;
	c.frames = 1;
	for (steps = 0; steps < STEPS_MAX; steps++) {
		was = c.frames;
		if (!chain_next(&c, &i, &call))
			break;
		if (call == SIZE_MAX)
			continue;
		if (total == 0 && (int64_t)was == frames - 1)
			return (int64_t)call;
		if ((int64_t)c.frames == frames &&
		    (chain_depth(&c, 32) == total ||
		    chain_depth(&c, 16) == total))
			return (int64_t)call;
	}
	return -1;
}

/* Is there a tail call in the innermost function? */
static bool
tail_calls(const struct chain *c)
{
	size_t	 sub = c->sub[c->frames - 1], i;

	for (i = c->s.start[sub]; i < c->s.start[sub + 1]; i++)
		if (c->src->insns[i].code == (BPF_JMP | BPF_CALL) &&
		    c->src->insns[i].src_reg == 0 &&
		    c->src->insns[i].imm == BPF_FUNC_tail_call)
			return true;
	return false;
}

/* "combined stack size of 2 calls is 640. Too large" */
static int64_t
stack_too_large(const struct explain_source *src, struct slice s,
    struct slice stats)
{
	int64_t	 frames, at;

	slice_skip(&s, strlen("combined stack size of "));
	frames = slice_num(&s);
	if ((at = slice_find(&s, " is ")) < 0)
		return -1;
	slice_skip(&s, (size_t)at + 4);
	/* One function alone: the kernel has no call to blame. */
	return frames < 2 ? 0 : too_deep(src, stats, frames, slice_num(&s));
}

/* "the call stack of 9 frames is too deep" */
static int64_t
nested_too_deep(const struct explain_source *src, struct slice s,
    struct slice stats)
{
	int64_t	 frames;

	slice_skip(&s, strlen("the call stack of "));
	frames = slice_num(&s);
	return frames < 2 ? -1 : too_deep(src, stats, frames, 0);
}

/* "... when call stack of previous frames is 320 bytes. Too large" */
static int64_t
tail_call_too_deep(const struct explain_source *src, struct slice s,
    struct slice stats)
{
	struct chain	 c;
	int64_t		 at, total;
	size_t		 i = 0, call;
	long		 steps;

	if ((at = slice_find(&s, " frames is ")) < 0)
		return -1;
	slice_skip(&s, (size_t)at + strlen(" frames is "));
	total = slice_num(&s);
	memset(&c, 0, sizeof(c));
	if (!subprogs_find(&c.s, src))
		return -1;
	read_depths(&c.s, stats);
	c.src = src;
	c.frames = 1;
	for (steps = 0; steps < STEPS_MAX; steps++) {
		if (!chain_next(&c, &i, &call))
			break;
		if (call == SIZE_MAX || c.frames < 2 || !tail_calls(&c))
			continue;
		c.frames--;
		if (chain_depth(&c, 32) == total ||
		    chain_depth(&c, 16) == total)
			return (int64_t)call;
		c.frames++;
	}
	return -1;
}

int64_t
explain_whole(const struct slice *complaint, struct slice stats,
    const struct explain_source *src)
{
	if (src == NULL || src->insns == NULL || src->ninsns == 0)
		return -1;
	if (slice_starts(complaint, "last insn is not an exit or jmp"))
		return falls_through(src);
	if (slice_starts(complaint, "combined stack size of "))
		return stack_too_large(src, *complaint, stats);
	if (slice_starts(complaint, "the call stack of "))
		return nested_too_deep(src, *complaint, stats);
	if (slice_starts(complaint, "tail_calls are not allowed when call "))
		return tail_call_too_deep(src, *complaint, stats);
	return explain_first(complaint, src);
}

void
explain_insn_words(const struct explain_source *src, int64_t insn, char *out,
    size_t size)
{
	const struct bpf_insn	*i;

	out[0] = '\0';
	if (src == NULL || src->insns == NULL || insn < 0 ||
	    insn >= (int64_t)src->ninsns)
		return;
	i = &src->insns[insn];
	if (is_call(i))
		snprintf(out, size, "(%02x) call pc%+d", i->code, i->imm);
	else if (i->code == (BPF_JMP | BPF_CALL))
		snprintf(out, size, "(%02x) call #%d", i->code, i->imm);
	else if (i->code == (BPF_JMP | BPF_EXIT))
		snprintf(out, size, "(%02x) exit", i->code);
	else if (i->code == (BPF_JMP | BPF_JA))
		snprintf(out, size, "(%02x) goto pc%+d", i->code, i->off);
	else
		snprintf(out, size, "(%02x)", i->code);
}
