#include "worker/inspect/uses.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define HELPER_TAIL_CALL	12
#define SMALL_INSNS		4096	/* all that kernels before 5.2 take */
#define ATOMIC_ADD		0x00
#define ATOMIC_LOAD_ACQ		0x100
#define ATOMIC_STORE_REL	0x110
/* All programs together: calls, each with its sub-programs' again. */
#define CALLS_MAX		((size_t)16 << 20)
#define SITE_EDGE		0	/* a call or address of a function */
#define SITE_HELPER		1
#define SITE_KFUNC		2

/* A place in the code that is a call of some kind. */
struct	site {
	uint32_t	 func, insn;
	int		 what;
	uint32_t	 to;		/* function, helper id, symbol */
};

struct	work {
	struct flow	*f;
	const struct progcode *c;
	struct uses	*u;
	struct site	*site;		/* in order of functions */
	size_t		 nsite, room;
	size_t		*first;		/* of each function; one more */
	uint32_t	*feat;		/* of each function */
	uint8_t		**reach;	/* per code section, per instruction */
	uint8_t		**all;		/* the same with nothing known */
	size_t		 calls;
	uint8_t		*mark;		/* per function */
	uint32_t	*stack;
};

static const char *const words[FEAT__MAX] = {
#define X(id, word)	[FEAT_##id] = word,
	INSN_FEATURES(X)
#undef X
};

const char *
uses_feature(enum insn_feature f)
{
	return words[f];
}

/* --- one instruction ----------------------------------------------------------*/

#define BIT(x)	(1u << FEAT_##x)

static uint32_t
alu_features(const struct insn *in)
{
	bool		 wide = (in->code & 7) == CLS_ALU64;
	int		 op = in->code & 0xf0;
	uint32_t	 bits = wide || op == OP_END ? 0 : BIT(ALU32);

	if (op == OP_END && wide)
		bits |= BIT(BSWAP);
	else if ((op == OP_DIV || op == OP_MOD) && in->off != 0)
		bits |= BIT(SDIV);
	else if (op == OP_MOV && (in->code & SRC_X) && in->off == 1 && wide)
		bits |= BIT(ADDR_CAST);
	else if (op == OP_MOV && in->off != 0)
		bits |= BIT(MOVSX);
	return bits;
}

static uint32_t
jmp_features(const struct insn *in)
{
	bool		 wide = (in->code & 7) == CLS_JMP;
	int		 op = in->code & 0xf0;
	uint32_t	 bits = 0;

	if (op == OP_JA)
		return in->code & SRC_X ? BIT(GOTOX) : wide ? 0 : BIT(GOTOL);
	if (op == OP_JCOND)
		return BIT(MAY_GOTO);
	if (op == OP_CALL)
		return in->code & SRC_X ? BIT(CALLX) : 0;
	if (op == OP_EXIT)
		return 0;
	if (op >= OP_JLT)
		bits |= BIT(JLT);
	return wide ? bits : bits | BIT(JMP32);
}

static uint32_t
insn_features(const struct insn *in)
{
	switch (in->code & 7) {
	case CLS_ALU:
	case CLS_ALU64:
		return alu_features(in);
	case CLS_JMP:
	case CLS_JMP32:
		return jmp_features(in);
	case CLS_LDX:
		return MODE_OF(in->code) == MODE_MEMSX ? BIT(LDSX) : 0;
	case CLS_STX:
		if (MODE_OF(in->code) != MODE_ATOMIC)
			return 0;
		if (in->imm == ATOMIC_LOAD_ACQ || in->imm == ATOMIC_STORE_REL)
			return BIT(LOAD_ACQ);
		return in->imm == ATOMIC_ADD ? 0 : BIT(ATOMICS);
	default:
		return 0;
	}
}

/* The lowest level of clang's -mcpu that has such instructions. */
static int
isa_level(uint32_t f)
{
	if (f & (BIT(LDSX) | BIT(MOVSX) | BIT(BSWAP) | BIT(SDIV) |
	    BIT(GOTOL) | BIT(LOAD_ACQ) | BIT(GOTOX)))
		return 4;
	if (f & (BIT(ALU32) | BIT(JMP32) | BIT(ATOMICS)))
		return 3;
	return f & BIT(JLT) ? 2 : 1;
}

/* --- one function ----------------------------------------------------------------*/

static enum err
add_site(struct work *w, uint32_t func, uint32_t insn, int what, uint32_t to)
{
	void	*grown;

	if (w->nsite >= USES_MAX) {
		w->u->cut = true;
		return ERR_OK;
	}
	if (w->nsite >= w->room) {
		w->room = w->room == 0 ? 1024 : w->room * 2;
		grown = realloc(w->site, w->room * sizeof(*w->site));
		if (grown == NULL)
			return ERR_NOMEM;
		w->site = grown;
	}
	w->site[w->nsite++] = (struct site){ func, insn, what, to };
	return ERR_OK;
}

static bool
starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* What the address in a ld_imm64 is of. */
static uint32_t
address_features(const struct work *w, const struct code *k, uint32_t i)
{
	const struct elfobj	*o = w->c->o;
	const struct elfsym	*s = &o->sym[k->sym[i] - 1];
	const char		*sec;

	if (s->sec == ELFOBJ_UNDEF || s->sec >= o->nsec) {
		/* Of a variable of .kconfig, or of the kernel itself. */
		for (size_t g = 0; g < w->f->nguard; g++)
			if (w->f->guard[g].kind == GUARD_KCONFIG &&
			    w->f->guard[g].sym == k->sym[i] - 1)
				return BIT(GLOBAL_DATA);
		return 0;
	}
	sec = o->sec[s->sec].name;
	return starts(sec, ".data") || starts(sec, ".rodata") ||
	    starts(sec, ".bss") ? BIT(GLOBAL_DATA) : 0;
}

static enum err
scan_call(struct work *w, uint32_t func, uint32_t i, const struct insn *in)
{
	const struct func	*fn = &w->c->func[func];
	const struct code	*k = &w->c->code[fn->code];
	const struct elfsym	*sym;
	uint32_t		 to;

	if (in->src == 0 && k->sym[i] == 0)
		return add_site(w, func, i, SITE_HELPER, (uint32_t)in->imm);
	to = progcode_callee(w->c, k, i, &sym);
	if (sym != NULL) {
		w->feat[func] |= BIT(KFUNC);
		return add_site(w, func, i, SITE_KFUNC, k->sym[i] - 1);
	}
	if (to == CODE_NONE)
		return ERR_OK;
	w->feat[func] |= BIT(SUBPROG);
	return add_site(w, func, i, SITE_EDGE, to);
}

static enum err
scan_function(struct work *w, uint32_t func)
{
	const struct func	*fn = &w->c->func[func];
	const struct code	*k = &w->c->code[fn->code];
	const struct elfsym	*sym;
	enum err		 e = ERR_OK;

	w->first[func] = w->nsite;
	for (uint32_t i = fn->first; i < fn->first + fn->n && e == ERR_OK;
	    i++) {
		struct insn	 in = progcode_insn(w->c, k, i);
		uint32_t	 to;

		w->feat[func] |= insn_features(&in);
		if (in.code == (CLS_JMP | OP_CALL))
			e = scan_call(w, func, i, &in);
		else if (in.code == CODE_LD_IMM64 && k->sym[i] != 0) {
			w->feat[func] |= address_features(w, k, i);
			to = progcode_callee(w->c, k, i, &sym);
			if (to != CODE_NONE) {
				w->feat[func] |= BIT(CALLBACK);
				e = add_site(w, func, i, SITE_EDGE, to);
			}
		}
		/* The second half of a ld_imm64 is no instruction. */
		i += in.code == CODE_LD_IMM64;
	}
	if (flow_loops(w->f, fn))
		w->feat[func] |= BIT(LOOP);
	w->first[func + 1] = w->nsite;
	return e;
}

/* --- one program ---------------------------------------------------------------*/

/*
 * Marks the functions that program "root" gets to; with "reach" NULL every
 * call counts, else only calls that are reached.
 */
static void
mark_functions(struct work *w, uint32_t root, uint8_t **reach)
{
	size_t	 depth = 1;

	memset(w->mark, 0, w->c->nfunc);
	w->mark[root] = 1;
	w->stack[0] = root;
	while (depth > 0) {
		uint32_t	 f = w->stack[--depth];

		for (size_t i = w->first[f]; i < w->first[f + 1]; i++) {
			const struct site	*s = &w->site[i];

			if (s->what != SITE_EDGE || w->mark[s->to] ||
			    (reach != NULL &&
			    !reach[w->c->func[f].code][s->insn]))
				continue;
			w->mark[s->to] = 1;
			w->stack[depth++] = s->to;
		}
	}
}

static struct use *
find_use(struct progfacts *p, const struct site *s)
{
	enum use_kind	 kind = s->what == SITE_HELPER ? USE_HELPER :
			    USE_KFUNC;

	for (size_t i = 0; i < p->nuse; i++)
		if (p->use[i].kind == kind && p->use[i].id == (int32_t)s->to)
			return &p->use[i];
	return NULL;
}

static enum err
count_call(struct work *w, struct progfacts *p, const struct site *s)
{
	struct use	*u = find_use(p, s);
	void		*grown;

	if (u == NULL && p->nuse >= USES_DISTINCT_MAX) {
		w->u->cut = true;
		return ERR_OK;
	}
	if (u == NULL) {
		grown = realloc(p->use, (p->nuse + 1) * sizeof(*p->use));
		if (grown == NULL)
			return ERR_NOMEM;
		p->use = grown;
		u = &p->use[p->nuse++];
		memset(u, 0, sizeof(*u));
		u->kind = s->what == SITE_HELPER ? USE_HELPER : USE_KFUNC;
		u->id = (int32_t)s->to;
	}
	u->calls++;
	return ERR_OK;
}

/* Everything that a program is made of, whatever a kernel answers. */
static enum err
describe(struct work *w, struct progfacts *p)
{
	const struct progcode	*c = w->c;
	size_t			 calls = 0;
	bool			 tail = false;
	enum err		 e = ERR_OK;

	for (size_t n = 0; n < p->nfn && e == ERR_OK; n++) {
		uint32_t	 f = p->fn[n];

		p->insns += c->func[f].n;
		p->features |= w->feat[f];
		for (size_t i = w->first[f]; i < w->first[f + 1] &&
		    e == ERR_OK; i++) {
			const struct site	*s = &w->site[i];

			if (s->what == SITE_EDGE)
				continue;
			calls++;
			tail |= s->what == SITE_HELPER &&
			    s->to == HELPER_TAIL_CALL;
			e = count_call(w, p, s);
		}
	}
	if ((w->calls += calls) > CALLS_MAX)
		return ERR_TOOBIG;
	if (e == ERR_OK && (p->seen = calloc(1, calls / 8 + 1)) == NULL)
		return ERR_NOMEM;
	if (p->insns > SMALL_INSNS)
		p->features |= BIT(BIG);
	if (tail && (p->features & BIT(SUBPROG)))
		p->features |= BIT(TAIL_SUB);
	p->isa = isa_level(p->features);
	return e;
}

static void
name_guard(struct use *u, int guard)
{
	for (size_t k = 0; k < u->nguard; k++)
		if (u->guard[k] == guard)
			return;
	if (u->nguard < USE_GUARDS)
		u->guard[u->nguard++] = guard;
}

/* Calls that are out of reach in this scenario stand behind its guard. */
static void
note_guard(struct work *w, struct progfacts *p, int guard)
{
	size_t	 nth = 0;

	mark_functions(w, p->func, w->reach);
	for (size_t n = 0; n < p->nfn; n++) {
		uint32_t	 f = p->fn[n];

		for (size_t i = w->first[f]; i < w->first[f + 1]; i++) {
			const struct site	*s = &w->site[i];
			struct use		*u;
			size_t			 bit = nth;

			if (s->what == SITE_EDGE)
				continue;
			nth++;
			if ((w->mark[f] && w->reach[w->c->func[f].code]
			    [s->insn]) || (u = find_use(p, s)) == NULL)
				continue;
			if (!(p->seen[bit / 8] & 1 << bit % 8))
				u->guarded++;
			p->seen[bit / 8] |= (uint8_t)(1 << bit % 8);
			name_guard(u, guard);
		}
	}
}

/* --- scenarios --------------------------------------------------------------------*/

/* Reachability under "a"; functions it does not touch are as without it. */
static void
run_all(struct work *w, const struct assume *a)
{
	for (size_t i = 0; i < w->c->nfunc; i++) {
		const struct func	*fn = &w->c->func[i];
		uint8_t			*to = w->reach[fn->code];

		if (a->guard >= 0 &&
		    !flow_uses(w->f, fn, (size_t)a->guard))
			memcpy(to + fn->first, w->all[fn->code] + fn->first,
			    fn->n);
		else
			flow_run(w->f, fn, a, to);
	}
}

static void
scenario(struct work *w, int guard, int64_t value, bool rodata)
{
	struct assume	 a = { guard, value, rodata };
	struct uses	*u = w->u;

	run_all(w, &a);
	for (size_t i = 0; i < u->nprog; i++)
		note_guard(w, &u->prog[i], guard >= 0 ? guard :
		    USE_BY_RODATA);
}

/*
 * A guard is tried with the answers that matter: 0 (a missing field, type,
 * symbol; an ancient kernel version) and one that is larger than any.
 */
static void
try_guards(struct work *w)
{
	struct assume	 nothing = { -1, 0, false };

	run_all(w, &nothing);
	for (size_t i = 0; i < w->c->ncode; i++)
		memcpy(w->all[i], w->reach[i], w->c->code[i].n);
	scenario(w, -1, 0, true);
	for (size_t g = 0; g < w->f->nguard; g++) {
		scenario(w, (int)g, 0, false);
		scenario(w, (int)g, w->f->guard[g].kind == GUARD_CORE ? 1 :
		    INT32_MAX, false);
	}
	w->u->cut |= w->f->cut;
}

/* --- life --------------------------------------------------------------------------*/

/* The functions of each program, in order. */
static enum err
list_functions(struct work *w, struct progfacts *p)
{
	size_t	 n = 0;

	mark_functions(w, p->func, NULL);
	for (uint32_t f = 0; f < w->c->nfunc; f++)
		n += w->mark[f];
	if ((p->fn = calloc(n, sizeof(*p->fn))) == NULL)
		return ERR_NOMEM;
	for (uint32_t f = 0; f < w->c->nfunc; f++)
		if (w->mark[f])
			p->fn[p->nfn++] = f;
	return ERR_OK;
}

static enum err
add_programs(struct work *w)
{
	const struct progcode	*c = w->c;
	struct uses		*u = w->u;
	size_t			 n = 0;
	enum err		 e = ERR_OK;

	for (size_t i = 0; i < c->nfunc; i++)
		n += c->func[i].program;
	if (n > 0 && (u->prog = calloc(n, sizeof(*u->prog))) == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < c->nfunc && e == ERR_OK; i++) {
		if (!c->func[i].program)
			continue;
		u->prog[u->nprog].func = i;
		u->nprog++;
		if ((e = list_functions(w, &u->prog[u->nprog - 1])) ==
		    ERR_OK)
			e = describe(w, &u->prog[u->nprog - 1]);
	}
	return e;
}

static enum err
make_room(struct work *w)
{
	const struct progcode	*c = w->c;

	w->first = calloc(c->nfunc + 1, sizeof(*w->first));
	w->feat = calloc(c->nfunc + 1, sizeof(*w->feat));
	w->mark = calloc(c->nfunc + 1, 1);
	w->stack = calloc(c->nfunc + 1, sizeof(*w->stack));
	w->reach = calloc(c->ncode + 1, sizeof(*w->reach));
	w->all = calloc(c->ncode + 1, sizeof(*w->all));
	if (w->first == NULL || w->feat == NULL || w->mark == NULL ||
	    w->stack == NULL || w->reach == NULL || w->all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->ncode; i++) {
		w->reach[i] = calloc(c->code[i].n, 1);
		w->all[i] = calloc(c->code[i].n, 1);
		if (w->reach[i] == NULL || w->all[i] == NULL)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static void
give_back(struct work *w)
{
	for (size_t i = 0; i < w->c->ncode; i++) {
		if (w->reach != NULL)
			free(w->reach[i]);
		if (w->all != NULL)
			free(w->all[i]);
	}
	free(w->reach);
	free(w->all);
	free(w->site);
	free(w->first);
	free(w->feat);
	free(w->mark);
	free(w->stack);
}

enum err
uses_open(struct uses *u, struct flow *f)
{
	struct work	 w = { .f = f, .c = f->c, .u = u };
	enum err	 e;

	memset(u, 0, sizeof(*u));
	e = make_room(&w);
	for (uint32_t i = 0; i < w.c->nfunc && e == ERR_OK; i++)
		e = scan_function(&w, i);
	if (e == ERR_OK)
		e = add_programs(&w);
	if (e == ERR_OK)
		try_guards(&w);
	give_back(&w);
	return e;
}

void
uses_free(struct uses *u)
{
	for (size_t i = 0; i < u->nprog; i++) {
		free(u->prog[i].use);
		free(u->prog[i].fn);
		free(u->prog[i].seen);
	}
	free(u->prog);
	memset(u, 0, sizeof(*u));
}
