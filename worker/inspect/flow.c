#include "worker/inspect/flow.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define NREGS	11

enum	val_kind { VAL_NONE, VAL_CONST, VAL_ADDR, VAL_ANY };

#define ADDR_GUARD	0x80000000u	/* + guard: variable of .kconfig */

struct	val {
	enum val_kind	 kind;
	uint32_t	 sec;		/* VAL_ADDR */
	int64_t		 v;		/* constant, or offset */
};

struct	state {
	bool		 seen;
	struct val	 r[NREGS];
};

static const struct val	 any = { VAL_ANY, 0, 0 };

/* --- guards -----------------------------------------------------------------*/

/* The section of kernel options among the types; 0: there is none. */
static uint32_t
kconfig_section(const struct btfin *b)
{
	for (uint32_t i = 1; i < b->n; i++) {
		struct btf_type	 t = btfin_type(b, i);

		if (t.kind == BTF_DATASEC && strcmp(t.name, ".kconfig") == 0)
			return i;
	}
	return 0;
}

/* Is it a variable of that section?  Only type information says so. */
static bool
is_kconfig(const struct btfin *b, uint32_t sec, const char *name)
{
	struct btf_type	 t = btfin_type(b, sec);

	for (uint32_t k = 0; t.kind == BTF_DATASEC && k < t.vlen; k++)
		if (strcmp(btfin_type(b, btfin_secvar(b, &t, k).type).name,
		    name) == 0)
			return true;
	return false;
}

static bool
same_core(const struct corerel *a, const struct corerel *b)
{
	return a->kind == b->kind && a->type == b->type &&
	    strcmp(a->access, b->access) == 0;
}

static void
add_guard(struct flow *f, const struct guard *g)
{
	if (f->nguard == FLOW_GUARDS_MAX)
		f->cut = true;
	else
		f->guard[f->nguard++] = *g;
}

static void
add_core_guards(struct flow *f)
{
	for (size_t i = 0; i < f->r->n && !f->cut; i++) {
		struct guard	 g = { GUARD_CORE, (uint32_t)i, 0 };
		bool		 known = false;

		if (!corein_asks(f->r->r[i].kind))
			continue;
		for (size_t k = 0; k < f->nguard && !known; k++)
			known = same_core(&f->r->r[f->guard[k].core],
			    &f->r->r[i]);
		if (!known)
			add_guard(f, &g);
	}
}

static void
add_symbol_guards(struct flow *f)
{
	const struct elfobj	*o = f->c->o;
	uint32_t		 sec = kconfig_section(f->b);

	for (size_t i = 1; i < o->nsym && !f->cut; i++) {
		struct guard	 g = { GUARD_KCONFIG, 0, (uint32_t)i };

		if (o->sym[i].sec != ELFOBJ_UNDEF ||
		    o->sym[i].name[0] == '\0')
			continue;
		if (is_kconfig(f->b, sec, o->sym[i].name))
			add_guard(f, &g);
		else if (o->sym[i].bind == STB_WEAK) {
			g.kind = GUARD_WEAK;
			add_guard(f, &g);
		}
	}
}

/* The guard that instruction "i" asks, or -1. */
static int
guard_at(const struct flow *f, const struct code *k, uint32_t i)
{
	const struct corerel	*r = k->core[i] == 0 ? NULL :
				    &f->r->r[k->core[i] - 1];

	if (r == NULL && k->sym[i] == 0)
		return -1;
	for (size_t g = 0; g < f->nguard; g++) {
		const struct guard	*q = &f->guard[g];

		if (q->kind == GUARD_CORE ? r != NULL &&
		    same_core(&f->r->r[q->core], r) :
		    k->sym[i] == q->sym + 1)
			return (int)g;
	}
	return -1;
}

bool
flow_uses(const struct flow *f, const struct func *fn, size_t guard)
{
	const struct code	*k = &f->c->code[fn->code];

	for (uint32_t i = fn->first; i < fn->first + fn->n; i++)
		if ((k->core[i] != 0 || k->sym[i] != 0) &&
		    guard_at(f, k, i) == (int)guard)
			return true;
	return false;
}

/* --- values -------------------------------------------------------------------*/

static struct val
constant(int64_t v)
{
	return (struct val){ VAL_CONST, 0, v };
}

/* A variable's value, when it is known. */
static struct val
load(const struct flow *f, const struct assume *a, struct val base,
    const struct insn *in)
{
	static const uint8_t	 sizes[] = { 4, 2, 1, 8 };
	size_t			 n = sizes[SIZE_OF(in->code) >> 3];
	const struct elfsec	*s;
	uint64_t		 off = (uint64_t)(base.v + in->off);

	if (base.kind != VAL_ADDR || MODE_OF(in->code) != MODE_MEM)
		return any;
	if (base.sec & ADDR_GUARD)
		return (int)(base.sec & ~ADDR_GUARD) == a->guard ?
		    constant(a->value) : any;
	s = &f->c->o->sec[base.sec];
	if (!a->rodata || s->data == NULL || off > s->size ||
	    n > s->size - off)
		return any;
	switch (n) {
	case 1:
		return constant(s->data[off]);
	case 2:
		return constant(elfobj_u16(f->c->o, s->data + off));
	case 4:
		return constant(elfobj_u32(f->c->o, s->data + off));
	default:
		return constant((int64_t)elfobj_u64(f->c->o, s->data + off));
	}
}

static struct val
address(const struct flow *f, const struct assume *a, const struct code *k,
    uint32_t i, const struct insn *in)
{
	const struct elfobj	*o = f->c->o;
	const struct elfsym	*s;
	int			 g = guard_at(f, k, i);

	/* Questions about enumerators are asked in this form. */
	if (k->core[i] != 0)
		return g >= 0 && g == a->guard ? constant(a->value) : any;
	if (k->sym[i] == 0)
		return i + 1 < k->n ? constant((int64_t)((uint32_t)in->imm |
		    (uint64_t)(uint32_t)progcode_insn(f->c, k, i + 1).imm <<
		    32)) : any;
	if (g >= 0 && f->guard[g].kind == GUARD_KCONFIG)
		return (struct val){ VAL_ADDR, ADDR_GUARD | (uint32_t)g, 0 };
	if (g >= 0)
		return g == a->guard ? constant(a->value) : any;
	s = &o->sym[k->sym[i] - 1];
	if (s->sec < o->nsec && s->sec != ELFOBJ_UNDEF &&
	    strncmp(o->sec[s->sec].name, ".rodata", 7) == 0)
		return (struct val){ VAL_ADDR, s->sec,
		    (int64_t)(s->value + (uint64_t)(int64_t)in->imm) };
	return any;
}

static struct val
compute(int op, struct val x, struct val y, bool wide)
{
	uint64_t	 a = (uint64_t)x.v, b = (uint64_t)y.v, bits;

	if (x.kind == VAL_ADDR && y.kind == VAL_CONST && wide &&
	    (op == OP_ADD || op == OP_SUB)) {
		x.v = (int64_t)(op == OP_ADD ? a + b : a - b);
		return x;
	}
	if (x.kind != VAL_CONST || y.kind != VAL_CONST)
		return any;
	bits = b & (wide ? 63 : 31);
	if (!wide)
		a = (uint32_t)a;
	switch (op) {
	case OP_ADD:
		a += b;
		break;
	case OP_SUB:
		a -= b;
		break;
	case OP_OR:
		a |= b;
		break;
	case OP_AND:
		a &= b;
		break;
	case OP_XOR:
		a ^= b;
		break;
	case OP_LSH:
		a <<= bits;
		break;
	case OP_RSH:
		a >>= bits;
		break;
	default:
		return any;
	}
	return constant(wide ? (int64_t)a : (int64_t)(uint32_t)a);
}

static void
alu(const struct flow *f, const struct assume *a, const struct code *k,
    uint32_t i, const struct insn *in, struct val *r)
{
	bool		 wide = (in->code & 7) == CLS_ALU64;
	int		 op = in->code & 0xf0, g;
	struct val	 y = in->code & SRC_X ? r[in->src] :
			    constant(in->imm);

	if (k->core[i] != 0) {
		g = guard_at(f, k, i);
		y = g >= 0 && g == a->guard ? constant(a->value) : any;
	}
	if (op == OP_MOV && in->off == 0) {
		r[in->dst] = y;
		if (!wide && y.kind == VAL_CONST)
			r[in->dst].v = (uint32_t)y.v;
		else if (!wide)
			r[in->dst] = any;
	} else if (op == OP_MOV || op == OP_END)
		r[in->dst] = any;
	else
		r[in->dst] = compute(op, r[in->dst], y, wide);
}

/* What the instruction does to the registers. */
static void
execute(const struct flow *f, const struct assume *a, const struct code *k,
    uint32_t i, const struct insn *in, struct val *r)
{
	switch (in->code & 7) {
	case CLS_ALU:
	case CLS_ALU64:
		alu(f, a, k, i, in, r);
		break;
	case CLS_LDX:
		r[in->dst] = k->core[i] != 0 ? any :
		    load(f, a, r[in->src], in);
		break;
	case CLS_LD:
		if (in->code == CODE_LD_IMM64)
			r[in->dst] = address(f, a, k, i, in);
		else
			r[0] = any;	/* a byte of a packet */
		break;
	case CLS_STX:
		/* Fetching and comparing ones give back a value. */
		if (MODE_OF(in->code) == MODE_ATOMIC)
			r[in->src] = r[in->dst] = r[0] = any;
		break;
	case CLS_JMP:
		if ((in->code & 0xf0) == OP_CALL)
			for (int n = 0; n < 6; n++)
				r[n] = any;
		break;
	default:
		break;
	}
}

/* 1 taken, 0 not taken, -1 either. */
static int
decide(const struct insn *in, const struct val *r)
{
	bool		 wide = (in->code & 7) == CLS_JMP;
	struct val	 x = r[in->dst];
	struct val	 y = in->code & SRC_X ? r[in->src] :
			    constant(in->imm);
	uint64_t	 a = (uint64_t)x.v, b = (uint64_t)y.v;
	int64_t		 sa = x.v, sb = y.v;

	if (x.kind != VAL_CONST || y.kind != VAL_CONST)
		return -1;
	if (!wide) {
		sa = (int32_t)a;
		sb = (int32_t)b;
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (in->code & 0xf0) {
	case OP_JEQ:
		return a == b;
	case OP_JNE:
		return a != b;
	case OP_JGT:
		return a > b;
	case OP_JGE:
		return a >= b;
	case OP_JLT:
		return a < b;
	case OP_JLE:
		return a <= b;
	case OP_JSET:
		return (a & b) != 0;
	case OP_JSGT:
		return sa > sb;
	case OP_JSGE:
		return sa >= sb;
	case OP_JSLT:
		return sa < sb;
	case OP_JSLE:
		return sa <= sb;
	default:
		return -1;
	}
}

/* --- edges ----------------------------------------------------------------------*/

#define EDGES_EXIT	0
#define EDGES_ALL	(-1)	/* an indirect jump: anywhere */

/*
 * Where control goes after instruction "i" (relative to the function's
 * first); "taken" as decide() says.  Returns how many, or EDGES_ALL.
 */
static int
edges(const struct insn *in, int64_t i, int taken, int64_t out[2])
{
	int	 cls = in->code & 7, op = in->code & 0xf0, n = 0;

	if (cls != CLS_JMP && cls != CLS_JMP32) {
		out[n++] = i + (in->code == CODE_LD_IMM64 ? 2 : 1);
		return n;
	}
	if (op == OP_EXIT)
		return EDGES_EXIT;
	if (op == OP_CALL) {
		out[n++] = i + 1;
		return n;
	}
	if (op == OP_JA) {
		if (in->code & SRC_X)
			return EDGES_ALL;
		out[n++] = i + 1 + (cls == CLS_JMP32 ? in->imm : in->off);
		return n;
	}
	if (taken != 1)
		out[n++] = i + 1;
	if (taken != 0)
		out[n++] = i + 1 + in->off;
	return n;
}

/* --- the passes -------------------------------------------------------------------*/

/* True when "into" changed. */
static bool
merge(struct state *into, const struct val *r)
{
	bool	 changed = !into->seen;

	if (!into->seen) {
		memcpy(into->r, r, sizeof(into->r));
		into->seen = true;
		return true;
	}
	for (int i = 0; i < NREGS; i++) {
		struct val	*v = &into->r[i];

		if (v->kind == VAL_ANY || (v->kind == r[i].kind &&
		    v->sec == r[i].sec && v->v == r[i].v))
			continue;
		*v = any;
		changed = true;
	}
	return changed;
}

static void
reach_all(const struct func *fn, uint8_t *reach)
{
	memset(reach + fn->first, 1, fn->n);
}

/* One instruction of the work list; false: give up, all is reached. */
static bool
visit(struct flow *f, const struct func *fn, const struct assume *a,
    uint32_t i, size_t *tail, size_t *left)
{
	const struct code	*k = &f->c->code[fn->code];
	struct state		*st = f->state;
	struct insn		 in = progcode_insn(f->c, k, fn->first + i);
	struct val		 r[NREGS];
	int64_t			 to[2];
	int			 n;

	/* No such registers: the kernel refuses it, we do not follow. */
	if (in.dst >= NREGS || in.src >= NREGS)
		return false;
	memcpy(r, st[i].r, sizeof(r));
	n = edges(&in, i, decide(&in, r), to);
	if (n == EDGES_ALL)
		return false;
	execute(f, a, k, fn->first + i, &in, r);
	for (int e = 0; e < n; e++) {
		if (to[e] < 0 || to[e] >= fn->n ||
		    !merge(&st[to[e]], r) || f->queued[to[e]])
			continue;
		f->queued[to[e]] = 1;
		f->queue[*tail] = (uint32_t)to[e];
		*tail = (*tail + 1) % fn->n;
		++*left;
	}
	return true;
}

void
flow_run(struct flow *f, const struct func *fn, const struct assume *a,
    uint8_t *reach)
{
	struct state	*st = f->state;
	size_t		 head = 0, tail = 0, left = 1;

	memset(st, 0, fn->n * sizeof(*st));
	memset(f->queued, 0, fn->n);
	st[0].seen = true;
	for (int i = 0; i < NREGS; i++)
		st[0].r[i] = any;
	f->queue[tail++] = 0;
	tail %= fn->n;
	f->queued[0] = 1;
	while (left > 0) {
		uint32_t	 i = f->queue[head];

		head = (head + 1) % fn->n;
		f->queued[i] = 0;
		left--;
		if (++f->steps > FLOW_STEPS_MAX) {
			f->cut = true;
			reach_all(fn, reach);
			return;
		}
		if (!visit(f, fn, a, i, &tail, &left)) {
			reach_all(fn, reach);
			return;
		}
	}
	for (uint32_t i = 0; i < fn->n; i++)
		reach[fn->first + i] = st[i].seen;
}

enum	{ WHITE, GREY, BLACK };

bool
flow_loops(struct flow *f, const struct func *fn)
{
	const struct code	*k = &f->c->code[fn->code];
	uint8_t			*color = f->queued;
	uint32_t		*stack = f->queue;
	size_t			 depth = 1;
	bool			 loops = false;

	memset(color, WHITE, fn->n);
	stack[0] = 0;
	while (depth > 0 && !loops) {
		uint32_t	 i = stack[depth - 1];
		struct insn	 in = progcode_insn(f->c, k, fn->first + i);
		int64_t		 to[2];
		int		 n = edges(&in, i, -1, to), next = -1;

		color[i] = GREY;
		for (int e = 0; e < n && next == -1; e++) {
			if (to[e] < 0 || to[e] >= fn->n)
				continue;
			if (color[to[e]] == GREY)
				loops = true;
			else if (color[to[e]] == WHITE)
				next = (int)to[e];
		}
		if (next != -1)
			stack[depth++] = (uint32_t)next;
		else {
			color[i] = BLACK;
			depth--;
		}
	}
	return loops;
}

/* --- life ----------------------------------------------------------------------------*/

enum err
flow_open(struct flow *f, const struct progcode *c, const struct btfin *b,
    const struct corein *r)
{
	size_t	 max = 1;

	memset(f, 0, sizeof(*f));
	f->c = c;
	f->b = b;
	f->r = r;
	add_core_guards(f);
	add_symbol_guards(f);
	for (size_t i = 0; i < c->nfunc; i++)
		if (c->func[i].n > max)
			max = c->func[i].n;
	f->state = calloc(max, sizeof(struct state));
	f->queue = calloc(max, sizeof(*f->queue));
	f->queued = calloc(max, 1);
	return f->state == NULL || f->queue == NULL || f->queued == NULL ?
	    ERR_NOMEM : ERR_OK;
}

void
flow_free(struct flow *f)
{
	free(f->state);
	free(f->queue);
	free(f->queued);
	memset(f, 0, sizeof(*f));
}
