#include "worker/inspect/btfin.h"

#include <stdlib.h>
#include <string.h>

#define BTF_MAGIC	0xeb9f
#define HEAD_MIN	24
#define DEPTH_MAX	32	/* a chain of qualifiers, arrays, pointers */

/* Bytes behind the three words of a type: fixed, and per entry. */
static const struct { uint8_t fixed, each; } tails[BTF__KINDS] = {
	[BTF_INT] = { 4, 0 }, [BTF_ARRAY] = { 12, 0 },
	[BTF_STRUCT] = { 0, 12 }, [BTF_UNION] = { 0, 12 },
	[BTF_ENUM] = { 0, 8 }, [BTF_FUNC_PROTO] = { 0, 8 },
	[BTF_VAR] = { 4, 0 }, [BTF_DATASEC] = { 0, 12 },
	[BTF_DECL_TAG] = { 4, 0 }, [BTF_ENUM64] = { 0, 12 },
};

/* Bytes of the type at "p", or 0 when it is damaged. */
static size_t
type_len(const struct elfobj *o, const uint8_t *p, size_t left)
{
	uint32_t	 info, kind;
	size_t		 n;

	if (left < 12)
		return 0;
	info = elfobj_u32(o, p + 4);
	kind = info >> 24 & 0x1f;
	if (kind == BTF_VOID || kind >= BTF__KINDS)
		return 0;
	n = 12 + tails[kind].fixed + (size_t)tails[kind].each *
	    (info & 0xffff);
	return n <= left ? n : 0;
}

static enum err
read_types(struct btfin *b, const uint8_t *p, size_t len)
{
	size_t	 room = 0, n;
	void	*grown;

	b->n = 1;
	while (len > 0) {
		if ((n = type_len(b->o, p, len)) == 0)
			return ERR_SYNTAX;
		if (b->n >= room) {
			room = room == 0 ? 1024 : room * 2;
			if (room > BTFIN_TYPES_MAX * 2)
				return ERR_TOOBIG;
			grown = realloc(b->type, room * sizeof(*b->type));
			if (grown == NULL)
				return ERR_NOMEM;
			b->type = grown;
			b->type[0] = NULL;
		}
		b->type[b->n++] = p;
		p += n;
		len -= n;
	}
	return ERR_OK;
}

enum err
btfin_open(struct btfin *b, const struct elfobj *o, const struct elfsec *s)
{
	uint32_t	 head, toff, tlen, soff, slen;
	uint64_t	 left;
	enum err	 e = ERR_SYNTAX;

	memset(b, 0, sizeof(*b));
	b->o = o;
	if (s->data == NULL || s->size < HEAD_MIN ||
	    elfobj_u16(o, s->data) != BTF_MAGIC)
		return ERR_SYNTAX;
	head = elfobj_u32(o, s->data + 4);
	toff = elfobj_u32(o, s->data + 8);
	tlen = elfobj_u32(o, s->data + 12);
	soff = elfobj_u32(o, s->data + 16);
	slen = elfobj_u32(o, s->data + 20);
	if (head < HEAD_MIN || head > s->size)
		return ERR_SYNTAX;
	left = s->size - head;
	if (toff > left || tlen > left - toff || soff > left ||
	    slen > left - soff)
		return ERR_SYNTAX;
	b->str = (const char *)s->data + head + soff;
	b->str_len = slen;
	/* An empty or endless table of names has no name. */
	if (slen == 0 || b->str[slen - 1] != '\0')
		b->str_len = 0;
	e = read_types(b, s->data + head + toff, tlen);
	if (e != ERR_OK)
		btfin_free(b);
	return e;
}

void
btfin_free(struct btfin *b)
{
	free(b->type);
	memset(b, 0, sizeof(*b));
}

const char *
btfin_str(const struct btfin *b, uint32_t off)
{
	return off < b->str_len ? b->str + off : "";
}

struct btf_type
btfin_type(const struct btfin *b, uint32_t id)
{
	struct btf_type	 t = { BTF_VOID, "", 0, 0, false, NULL };
	const uint8_t	*p;
	uint32_t	 info;

	if (id == 0 || id >= b->n)
		return t;
	p = b->type[id];
	info = elfobj_u32(b->o, p + 4);
	t.kind = info >> 24 & 0x1f;
	t.name = btfin_str(b, elfobj_u32(b->o, p));
	t.vlen = info & 0xffff;
	t.flag = info >> 31;
	t.ref = elfobj_u32(b->o, p + 8);
	t.tail = p + 12;
	return t;
}

struct btf_type
btfin_skip(const struct btfin *b, uint32_t *id)
{
	struct btf_type	 t = btfin_type(b, *id);

	for (int i = 0; i < DEPTH_MAX && (t.kind == BTF_TYPEDEF ||
	    t.kind == BTF_CONST || t.kind == BTF_VOLATILE ||
	    t.kind == BTF_RESTRICT || t.kind == BTF_TYPE_TAG); i++) {
		*id = t.ref;
		t = btfin_type(b, *id);
	}
	return t;
}

struct btf_member
btfin_member(const struct btfin *b, const struct btf_type *t, uint32_t i)
{
	const uint8_t	*p = t->tail + (size_t)i * 12;

	if ((t->kind != BTF_STRUCT && t->kind != BTF_UNION) || i >= t->vlen)
		return (struct btf_member){ "", 0 };
	return (struct btf_member){ btfin_str(b, elfobj_u32(b->o, p)),
	    elfobj_u32(b->o, p + 4) };
}

struct btf_secvar
btfin_secvar(const struct btfin *b, const struct btf_type *t, uint32_t i)
{
	const uint8_t	*p = t->tail + (size_t)i * 12;

	if (t->kind != BTF_DATASEC || i >= t->vlen)
		return (struct btf_secvar){ 0, 0, 0 };
	return (struct btf_secvar){ elfobj_u32(b->o, p),
	    elfobj_u32(b->o, p + 4), elfobj_u32(b->o, p + 8) };
}

const char *
btfin_enumerator(const struct btfin *b, const struct btf_type *t, uint32_t i)
{
	size_t	 each = t->kind == BTF_ENUM ? 8 : 12;

	if ((t->kind != BTF_ENUM && t->kind != BTF_ENUM64) || i >= t->vlen)
		return "";
	return btfin_str(b, elfobj_u32(b->o, t->tail + i * each));
}

uint64_t
btfin_enumval(const struct btfin *b, const struct btf_type *t, uint32_t i)
{
	const uint8_t	*p;

	if (i >= t->vlen)
		return 0;
	if (t->kind == BTF_ENUM)
		return elfobj_u32(b->o, t->tail + (size_t)i * 8 + 4);
	if (t->kind != BTF_ENUM64)
		return 0;
	p = t->tail + (size_t)i * 12;
	return elfobj_u32(b->o, p + 4) |
	    (uint64_t)elfobj_u32(b->o, p + 8) << 32;
}

uint32_t
btfin_array(const struct btfin *b, const struct btf_type *t, uint32_t *elem)
{
	*elem = 0;
	if (t->kind != BTF_ARRAY)
		return 0;
	*elem = elfobj_u32(b->o, t->tail);
	return elfobj_u32(b->o, t->tail + 8);
}

uint32_t
btfin_linkage(const struct btfin *b, const struct btf_type *t)
{
	if (t->kind == BTF_FUNC)
		return t->vlen;
	return t->kind == BTF_VAR ? elfobj_u32(b->o, t->tail) : 0;
}

uint32_t
btfin_size(const struct btfin *b, uint32_t id)
{
	uint64_t	 times = 1;
	struct btf_type	 t;
	uint32_t	 n;

	for (int i = 0; i < DEPTH_MAX; i++) {
		t = btfin_skip(b, &id);
		switch (t.kind) {
		case BTF_ARRAY:
			n = btfin_array(b, &t, &id);
			if ((times *= n) > UINT32_MAX)
				return 0;
			continue;
		case BTF_PTR:
			times *= 8;
			return times > UINT32_MAX ? 0 : (uint32_t)times;
		case BTF_INT:
		case BTF_STRUCT:
		case BTF_UNION:
		case BTF_ENUM:
		case BTF_ENUM64:
		case BTF_FLOAT:
		case BTF_DATASEC:
			times *= t.ref;
			return times > UINT32_MAX ? 0 : (uint32_t)times;
		default:
			return 0;
		}
	}
	return 0;
}

static const char *
keyword(const struct btf_type *t)
{
	switch (t->kind) {
	case BTF_STRUCT:
		return "struct ";
	case BTF_UNION:
		return "union ";
	case BTF_FWD:
		return t->flag ? "union " : "struct ";
	case BTF_ENUM:
	case BTF_ENUM64:
		return "enum ";
	default:
		return "";
	}
}

void
btfin_name(const struct btfin *b, uint32_t id, struct buf *out)
{
	int		 stars = 0;
	struct btf_type	 t;

	for (int i = 0; i < DEPTH_MAX; i++) {
		t = btfin_type(b, id);
		if (t.kind == BTF_PTR)
			stars++;
		else if (t.kind != BTF_CONST && t.kind != BTF_VOLATILE &&
		    t.kind != BTF_RESTRICT && t.kind != BTF_TYPE_TAG)
			break;
		id = t.ref;
	}
	buf_adds(out, keyword(&t));
	if (t.kind == BTF_VOID)
		buf_adds(out, "void");
	else if (t.kind == BTF_FUNC_PROTO)
		buf_adds(out, "function");
	else if (t.kind == BTF_ARRAY)
		buf_adds(out, "array");
	else
		buf_addf(out, "%.200s", t.name[0] != '\0' ? t.name :
		    "(no name)");
	for (int i = 0; i < stars; i++)
		buf_adds(out, i == 0 ? " *" : "*");
}
