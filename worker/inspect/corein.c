#include "worker/inspect/corein.h"

#include <stdlib.h>
#include <string.h>

#define BTF_MAGIC	0xeb9f
#define HEAD_MIN	32	/* with the two words of the relocations */
#define SEC_HEAD	8
#define REC_MIN		16
#define REC_MAX		4096
#define STEPS_MAX	64	/* numbers in one access string */

static const char *const kinds[CORE__KINDS] = {
	"field_byte_offset", "field_byte_size", "field_exists",
	"field_signed", "field_lshift_u64", "field_rshift_u64",
	"type_id_local", "type_id_target", "type_exists", "type_size",
	"enumval_exists", "enumval_value", "type_matches",
};

const char *
corein_kind(uint32_t kind)
{
	return kind < CORE__KINDS ? kinds[kind] : "unknown";
}

bool
corein_asks(uint32_t kind)
{
	return kind == CORE_FIELD_EXISTS || kind == CORE_TYPE_EXISTS ||
	    kind == CORE_TYPE_SIZE || kind == CORE_ENUMVAL_EXISTS ||
	    kind == CORE_TYPE_MATCHES;
}

static enum err
add(struct corein *c, const struct corerel *r, size_t *room)
{
	void	*grown;

	if (c->n >= COREIN_MAX) {
		c->cut = true;
		return ERR_TOOBIG;
	}
	if (c->n >= *room) {
		*room = *room == 0 ? 256 : *room * 2;
		if ((grown = realloc(c->r, *room * sizeof(*c->r))) == NULL)
			return ERR_NOMEM;
		c->r = grown;
	}
	c->r[c->n++] = *r;
	return ERR_OK;
}

/* The records of one section; *p moves behind them. */
static enum err
read_section(struct corein *c, const struct btfin *b, struct progcode *pc,
    const uint8_t **p, size_t *left, uint32_t rec, size_t *room)
{
	const struct elfobj	*o = b->o;
	const char		*name = btfin_str(b, elfobj_u32(o, *p));
	uint32_t		 n = elfobj_u32(o, *p + 4), insn;
	struct code		*k;
	struct corerel		 r;
	enum err		 e;

	*p += SEC_HEAD;
	*left -= SEC_HEAD;
	if (n > *left / rec)
		return ERR_SYNTAX;
	k = progcode_section(pc, (uint32_t)elfobj_find(o, name));
	for (; n > 0; n--, *p += rec, *left -= rec) {
		insn = elfobj_u32(o, *p) / 8;
		if (k == NULL || insn >= k->n)
			continue;
		r.code = (uint32_t)(k - pc->code);
		r.insn = insn;
		r.type = elfobj_u32(o, *p + 4);
		r.access = btfin_str(b, elfobj_u32(o, *p + 8));
		r.kind = elfobj_u32(o, *p + 12);
		if ((e = add(c, &r, room)) != ERR_OK)
			return e;
		k->core[insn] = (uint32_t)c->n;
	}
	return ERR_OK;
}

enum err
corein_open(struct corein *c, const struct btfin *b, struct progcode *pc,
    const struct elfsec *ext)
{
	const struct elfobj	*o = b->o;
	const uint8_t		*p = ext->data;
	uint32_t		 head, off, len, rec;
	size_t			 left, room = 0;
	enum err		 e = ERR_OK;

	memset(c, 0, sizeof(*c));
	if (p == NULL || ext->size < 24 || elfobj_u16(o, p) != BTF_MAGIC)
		return ERR_SYNTAX;
	head = elfobj_u32(o, p + 4);
	if (head < HEAD_MIN || head > ext->size)
		return head >= 24 && head <= ext->size ? ERR_OK : ERR_SYNTAX;
	off = elfobj_u32(o, p + 24);
	len = elfobj_u32(o, p + 28);
	if (len == 0)
		return ERR_OK;
	if (off > ext->size - head || len > ext->size - head - off ||
	    len < 4)
		return ERR_SYNTAX;
	p += head + off;
	rec = elfobj_u32(o, p);
	if (rec < REC_MIN || rec > REC_MAX)
		return ERR_SYNTAX;
	p += 4;
	left = len - 4;
	while (left >= SEC_HEAD && e == ERR_OK)
		e = read_section(c, b, pc, &p, &left, rec, &room);
	return e;
}

void
corein_free(struct corein *c)
{
	free(c->r);
	memset(c, 0, sizeof(*c));
}

/* The next number of "0:1:3"; -1 at its end or when it is damaged. */
static int64_t
step(const char **s)
{
	int64_t	 n = 0;

	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9' && n < UINT32_MAX; (*s)++)
		n = n * 10 + (**s - '0');
	if (**s == ':')
		(*s)++;
	return n;
}

/* One member or element further in; false at a dead end. */
static bool
descend(const struct btfin *b, uint32_t *id, int64_t n, struct buf *out)
{
	struct btf_type		 t = btfin_skip(b, id);
	struct btf_member	 m;

	if (t.kind == BTF_ARRAY) {
		btfin_array(b, &t, id);
		buf_addf(out, "[%lld]", (long long)n);
		return true;
	}
	if ((t.kind != BTF_STRUCT && t.kind != BTF_UNION) ||
	    n >= (int64_t)t.vlen)
		return false;
	m = btfin_member(b, &t, (uint32_t)n);
	/* Anonymous members have no place in how one writes it. */
	if (m.name[0] != '\0')
		buf_addf(out, "%s%.128s", out->len > 0 ? "." : "", m.name);
	*id = m.type;
	return true;
}

void
corein_path(const struct btfin *b, const struct corerel *r, struct buf *out)
{
	const char	*s = r->access;
	uint32_t	 id = r->type;
	struct btf_type	 t;
	int64_t		 n = step(&s);

	if (n < 0)
		return;
	if (r->kind == CORE_ENUMVAL_EXISTS || r->kind == CORE_ENUMVAL_VALUE) {
		t = btfin_skip(b, &id);
		buf_addf(out, "%.128s", n <= UINT32_MAX ?
		    btfin_enumerator(b, &t, (uint32_t)n) : "");
		return;
	}
	if (r->kind > CORE_FIELD_RSHIFT_U64)
		return;
	if (n > 0)
		buf_addf(out, "[%lld]", (long long)n);
	for (int i = 0; i < STEPS_MAX && (n = step(&s)) >= 0; i++)
		if (!descend(b, &id, n, out))
			return;
}
