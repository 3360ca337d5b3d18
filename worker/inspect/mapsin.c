#include "worker/inspect/mapsin.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define MAP_TYPE_ARRAY		2
#define MAP_TYPE_STRUCT_OPS	26
#define FLAG_RDONLY_PROG	(1u << 7)
#define LEGACY_DEF_MIN		20	/* five words */
#define INNER_DEPTH_MAX		2

static struct mapdef *
add(struct mapsin *m, enum map_origin origin)
{
	void	*grown;

	if (m->n >= MAPSIN_MAX) {
		m->cut = true;
		return NULL;
	}
	if ((m->n & (m->n - 1)) == 0) {
		grown = realloc(m->m, (m->n == 0 ? 1 : m->n * 2) *
		    sizeof(*m->m));
		if (grown == NULL) {
			m->cut = true;
			return NULL;
		}
		m->m = grown;
	}
	memset(&m->m[m->n], 0, sizeof(*m->m));
	m->m[m->n].origin = origin;
	m->m[m->n].ops = "";
	return &m->m[m->n++];
}

/* __uint(x, 5) is a pointer to an array of 5; __ulong() an enumerator. */
static uint64_t
number(const struct btfin *b, uint32_t id)
{
	struct btf_type	 t = btfin_skip(b, &id);
	uint32_t	 elem;

	if (t.kind == BTF_ENUM || t.kind == BTF_ENUM64)
		return btfin_enumval(b, &t, 0);
	if (t.kind != BTF_PTR)
		return 0;
	id = t.ref;
	t = btfin_skip(b, &id);
	return btfin_array(b, &t, &elem);
}

/* __type(key, struct x) is a pointer to it. */
static uint64_t
pointee_size(const struct btfin *b, uint32_t id)
{
	struct btf_type	 t = btfin_skip(b, &id);

	return t.kind == BTF_PTR ? btfin_size(b, t.ref) : 0;
}

static void	 read_def(const struct btfin *, const struct btf_type *,
		    struct mapdef *, int depth);

/* __array(values, struct inner): an array of pointers to a definition. */
static void
inner(const struct btfin *b, uint32_t id, struct mapdef *d, int depth)
{
	struct btf_type	 t = btfin_skip(b, &id);
	struct mapdef	 in;

	btfin_array(b, &t, &id);
	t = btfin_skip(b, &id);
	if (t.kind != BTF_PTR || depth >= INNER_DEPTH_MAX)
		return;
	id = t.ref;
	t = btfin_skip(b, &id);
	if (t.kind != BTF_STRUCT)
		return;		/* functions: a table for tail calls */
	memset(&in, 0, sizeof(in));
	read_def(b, &t, &in, depth + 1);
	d->has_inner = true;
	d->inner_type = in.type;
}

static void
read_def(const struct btfin *b, const struct btf_type *t, struct mapdef *d,
    int depth)
{
	for (uint32_t i = 0; i < t->vlen; i++) {
		struct btf_member	 m = btfin_member(b, t, i);

		if (strcmp(m.name, "type") == 0)
			d->type = number(b, m.type);
		else if (strcmp(m.name, "key_size") == 0)
			d->key_size = number(b, m.type);
		else if (strcmp(m.name, "value_size") == 0)
			d->value_size = number(b, m.type);
		else if (strcmp(m.name, "max_entries") == 0)
			d->max_entries = number(b, m.type);
		else if (strcmp(m.name, "map_flags") == 0)
			d->flags = number(b, m.type);
		else if (strcmp(m.name, "map_extra") == 0)
			d->extra = number(b, m.type);
		else if (strcmp(m.name, "pinning") == 0)
			d->pinning = number(b, m.type);
		else if (strcmp(m.name, "key") == 0)
			d->key_size = pointee_size(b, m.type);
		else if (strcmp(m.name, "value") == 0)
			d->value_size = pointee_size(b, m.type);
		else if (strcmp(m.name, "values") == 0)
			inner(b, m.type, d, depth);
	}
}

static bool
is_struct_ops(const char *sec)
{
	if (sec[0] == '?')
		sec++;
	return strcmp(sec, ".struct_ops") == 0 ||
	    strcmp(sec, ".struct_ops.link") == 0;
}

static void
from_btf(struct mapsin *m, const struct btfin *b)
{
	for (uint32_t i = 1; i < b->n && !m->cut; i++) {
		struct btf_type	 sec = btfin_type(b, i);
		bool		 ops = sec.kind == BTF_DATASEC &&
				    is_struct_ops(sec.name);

		if (sec.kind != BTF_DATASEC ||
		    (!ops && strcmp(sec.name, ".maps") != 0))
			continue;
		for (uint32_t k = 0; k < sec.vlen; k++) {
			struct btf_secvar v = btfin_secvar(b, &sec, k);
			struct btf_type	 var = btfin_type(b, v.type), t;
			uint32_t	 id = var.ref;
			struct mapdef	*d;

			t = btfin_skip(b, &id);
			if (var.kind != BTF_VAR || t.kind != BTF_STRUCT ||
			    (d = add(m, ops ? MAP_STRUCT_OPS : MAP_BTF)) ==
			    NULL)
				continue;
			d->name = var.name;
			d->section = sec.name;
			if (ops) {
				d->type = MAP_TYPE_STRUCT_OPS;
				d->ops = t.name;
				d->value_size = btfin_size(b, id);
			} else
				read_def(b, &t, d, 0);
		}
	}
}

static void
from_legacy(struct mapsin *m, const struct elfobj *o)
{
	size_t	 sec = elfobj_find(o, "maps");

	for (size_t i = 0; sec != 0 && i < o->nsym && !m->cut; i++) {
		const struct elfsym	*s = &o->sym[i];
		const struct elfsec	*data = &o->sec[sec];
		const uint8_t		*p;
		struct mapdef		*d;

		if (s->sec != sec || s->type == STT_SECTION ||
		    data->data == NULL || data->size < LEGACY_DEF_MIN ||
		    s->value > data->size - LEGACY_DEF_MIN ||
		    (d = add(m, MAP_LEGACY)) == NULL)
			continue;
		p = data->data + s->value;
		d->name = s->name;
		d->section = data->name;
		d->type = elfobj_u32(o, p);
		d->key_size = elfobj_u32(o, p + 4);
		d->value_size = elfobj_u32(o, p + 8);
		d->max_entries = elfobj_u32(o, p + 12);
		d->flags = elfobj_u32(o, p + 16);
	}
}

static bool
is_part(const char *name, const char *head)
{
	size_t	 n = strlen(head);

	return strncmp(name, head, n) == 0 &&
	    (name[n] == '\0' || name[n] == '.');
}

/* Of .data, .rodata and .bss libbpf makes an array with one element. */
static void
from_globals(struct mapsin *m, const struct elfobj *o)
{
	for (size_t i = 1; i < o->nsec && !m->cut; i++) {
		const struct elfsec	*s = &o->sec[i];
		bool			 ro = is_part(s->name, ".rodata");
		struct mapdef		*d;

		if ((s->type != SHT_PROGBITS && s->type != SHT_NOBITS) ||
		    s->size == 0 || (!ro && !is_part(s->name, ".data") &&
		    !is_part(s->name, ".bss")) ||
		    (d = add(m, MAP_GLOBAL)) == NULL)
			continue;
		d->name = d->section = s->name;
		d->type = MAP_TYPE_ARRAY;
		d->key_size = 4;
		d->value_size = s->size;
		d->max_entries = 1;
		d->flags = ro ? FLAG_RDONLY_PROG : 0;
	}
}

enum err
mapsin_open(struct mapsin *m, const struct btfin *b, const struct elfobj *o)
{
	memset(m, 0, sizeof(*m));
	from_btf(m, b);
	from_legacy(m, o);
	from_globals(m, o);
	return ERR_OK;
}

void
mapsin_free(struct mapsin *m)
{
	free(m->m);
	memset(m, 0, sizeof(*m));
}
