#include "worker/inspect/code.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define INSN_SIZE	8

struct insn
progcode_insn(const struct progcode *c, const struct code *k, uint32_t i)
{
	const uint8_t	*p = c->o->sec[k->sec].data + (size_t)i * INSN_SIZE;
	struct insn	 in;

	in.code = p[0];
	in.dst = c->o->big ? p[1] >> 4 : p[1] & 0xf;
	in.src = c->o->big ? p[1] & 0xf : p[1] >> 4;
	in.off = (int16_t)elfobj_u16(c->o, p + 2);
	in.imm = (int32_t)elfobj_u32(c->o, p + 4);
	return in;
}

struct code *
progcode_section(const struct progcode *c, uint32_t sec)
{
	for (size_t i = 0; i < c->ncode; i++)
		if (c->code[i].sec == sec)
			return &c->code[i];
	return NULL;
}

static bool
executable(const struct elfsec *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) &&
	    s->data != NULL && s->size >= INSN_SIZE;
}

static enum err
add_sections(struct progcode *c)
{
	const struct elfobj	*o = c->o;
	size_t			 n = 0, total = 0;
	struct code		*k;

	for (size_t i = 1; i < o->nsec; i++)
		n += executable(&o->sec[i]);
	if (n > 0 && (c->code = calloc(n, sizeof(*c->code))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 1; i < o->nsec; i++) {
		if (!executable(&o->sec[i]))
			continue;
		/* Sections may overlap: the sum counts, not the file. */
		if ((total += o->sec[i].size / INSN_SIZE) > CODE_INSNS_MAX) {
			c->cut = true;
			break;
		}
		k = &c->code[c->ncode++];
		k->sec = (uint32_t)i;
		k->n = (uint32_t)(o->sec[i].size / INSN_SIZE);
		k->sym = calloc(k->n, sizeof(*k->sym));
		k->core = calloc(k->n, sizeof(*k->core));
		if (k->sym == NULL || k->core == NULL)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static void
add_relocations(struct progcode *c)
{
	const struct elfobj	*o = c->o;
	struct code		*k;
	struct elfrel		 r;

	for (size_t i = 1; i < o->nsec; i++) {
		size_t	 n = elfobj_nrel(&o->sec[i]);

		if (n == 0 ||
		    (k = progcode_section(c, o->sec[i].info)) == NULL)
			continue;
		for (size_t j = 0; j < n; j++) {
			r = elfobj_rel(o, &o->sec[i], j);
			if (r.off / INSN_SIZE < k->n && r.sym < o->nsym)
				k->sym[r.off / INSN_SIZE] = r.sym + 1;
		}
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct func	*x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Functions do not overlap: each ends where the next one begins. */
static void
trim(struct progcode *c)
{
	size_t	 n = 0;

	qsort(c->func, c->nfunc, sizeof(*c->func), by_place);
	for (size_t i = 0; i < c->nfunc; i++) {
		struct func	*f = &c->func[i], *next = f + 1;

		if (i + 1 < c->nfunc && next->code == f->code) {
			if (next->first == f->first)
				continue;	/* an alias */
			if (f->n > next->first - f->first)
				f->n = next->first - f->first;
		}
		c->func[n++] = *f;
	}
	c->nfunc = n;
}

static enum err
add_functions(struct progcode *c)
{
	const struct elfobj	*o = c->o;
	size_t			 n = 0;

	for (size_t i = 0; i < o->nsym; i++)
		n += o->sym[i].type == STT_FUNC;
	if (n > CODE_FUNCS_MAX) {
		n = CODE_FUNCS_MAX;
		c->cut = true;
	}
	if (n == 0)
		return ERR_OK;
	if ((c->func = calloc(n, sizeof(*c->func))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < o->nsym && c->nfunc < n; i++) {
		const struct elfsym	*s = &o->sym[i];
		const struct code	*k = progcode_section(c, s->sec);
		struct func		*f = &c->func[c->nfunc];

		if (s->type != STT_FUNC || k == NULL ||
		    s->value % INSN_SIZE != 0 || s->size < INSN_SIZE ||
		    s->value / INSN_SIZE >= k->n)
			continue;
		f->name = s->name;
		f->code = (uint32_t)(k - c->code);
		f->first = (uint32_t)(s->value / INSN_SIZE);
		f->n = s->size / INSN_SIZE < k->n - f->first ?
		    (uint32_t)(s->size / INSN_SIZE) : k->n - f->first;
		f->program = strcmp(o->sec[s->sec].name, ".text") != 0;
		f->global = s->bind != STB_LOCAL;
		c->nfunc++;
	}
	trim(c);
	return ERR_OK;
}

enum err
progcode_open(struct progcode *c, const struct elfobj *o)
{
	enum err	 e;

	memset(c, 0, sizeof(*c));
	c->o = o;
	if ((e = add_sections(c)) != ERR_OK)
		return e;
	add_relocations(c);
	return add_functions(c);
}

void
progcode_free(struct progcode *c)
{
	for (size_t i = 0; i < c->ncode; i++) {
		free(c->code[i].sym);
		free(c->code[i].core);
	}
	free(c->code);
	free(c->func);
	memset(c, 0, sizeof(*c));
}

uint32_t
progcode_func_at(const struct progcode *c, uint32_t code, uint32_t insn)
{
	size_t	 lo = 0, hi = c->nfunc;

	while (lo < hi) {
		size_t			 mid = lo + (hi - lo) / 2;
		const struct func	*f = &c->func[mid];

		if (f->code < code || (f->code == code &&
		    f->first + f->n <= insn))
			lo = mid + 1;
		else if (f->code > code || f->first > insn)
			hi = mid;
		else
			return (uint32_t)mid;
	}
	return CODE_NONE;
}

uint32_t
progcode_callee(const struct progcode *c, const struct code *k, uint32_t i,
    const struct elfsym **sym)
{
	struct insn		 in = progcode_insn(c, k, i);
	const struct code	*to = k;
	const struct elfsym	*s;
	int64_t			 at = (int64_t)i + in.imm + 1;

	*sym = NULL;
	if (k->sym[i] != 0) {
		s = &c->o->sym[k->sym[i] - 1];
		if (s->sec == ELFOBJ_UNDEF) {
			*sym = s;
			return CODE_NONE;
		}
		if ((to = progcode_section(c, s->sec)) == NULL)
			return CODE_NONE;
		at = (int64_t)(s->value / INSN_SIZE);
		/* Of a section's symbol the offset is in the instruction:
		   in words less one for a call, in bytes for an address. */
		if (s->type == STT_SECTION)
			at += in.code == CODE_LD_IMM64 ? in.imm / INSN_SIZE :
			    (int64_t)in.imm + 1;
	} else if (in.code == CODE_LD_IMM64)
		return CODE_NONE;
	if (at < 0 || at >= to->n)
		return CODE_NONE;
	return progcode_func_at(c, (uint32_t)(to - c->code), (uint32_t)at);
}
