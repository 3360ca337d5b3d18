#include "worker/inspect/facts.h"

#include <elf.h>
#include <string.h>

#include "base/json_out.h"
#include "worker/inspect/mapsin.h"
#include "worker/inspect/uses.h"

#define NAME_MAX_OUT	256	/* of any name from the object */
#define GUARD_TEXT_MAX	512

struct	facts {
	struct elfobj	 o;
	struct btfin	 btf;
	struct progcode	 code;
	struct corein	 core;
	struct flow	 flow;
	struct uses	 uses;
	struct mapsin	 maps;
	struct jsonw	 w;
	bool		 has_btf, has_ext, btf_bad, ext_bad, cut;
};

static void
name(struct jsonw *w, const char *key, const char *s)
{
	jsonw_strn(w, key, s, strnlen(s, NAME_MAX_OUT));
}

/* --- what an object is ----------------------------------------------------------*/

static void
write_elf(struct facts *f)
{
	const struct elfobj	*o = &f->o;
	struct jsonw		*w = &f->w;

	jsonw_obj(w, "elf");
	jsonw_bool(w, "is_elf", o->is_elf);
	if (o->is_elf) {
		jsonw_str(w, "class", o->bits64 ? "64" : "32");
		jsonw_str(w, "byte_order", o->big ? "big" : "little");
		jsonw_int(w, "type", o->type);
		jsonw_int(w, "machine", o->machine);
	}
	jsonw_end(w);
}

/* The text of a section like "license", when there is one. */
static void
write_text_section(struct facts *f, const char *sec, const char *key)
{
	size_t			 i = elfobj_find(&f->o, sec);
	const struct elfsec	*s = &f->o.sec[i];

	if (i != 0 && s->data != NULL && s->size > 0)
		jsonw_strn(&f->w, key, (const char *)s->data,
		    strnlen((const char *)s->data, s->size < NAME_MAX_OUT ?
		    s->size : NAME_MAX_OUT));
}

static const char *
section_kind(const struct elfsec *s)
{
	static const struct { const char *name, *kind; } known[] = {
		{ "license", "license" }, { "version", "version" },
		{ ".BTF", "btf" }, { ".BTF.ext", "btf_ext" },
		{ ".maps", "maps" }, { "maps", "legacy_maps" },
		{ ".text", "subprograms" }, { ".symtab", "symbols" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(s->name, known[i].name) == 0)
			return known[i].kind;
	if (s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR))
		return "program";
	if (s->type == SHT_REL || s->type == SHT_RELA)
		return "relocations";
	if (s->type == SHT_STRTAB)
		return "strings";
	if (strncmp(s->name, ".debug", 6) == 0)
		return "debug";
	return (s->type == SHT_PROGBITS || s->type == SHT_NOBITS) &&
	    (s->flags & SHF_ALLOC) ? "data" : "other";
}

static void
write_sections(struct facts *f)
{
	struct jsonw	*w = &f->w;

	jsonw_arr(w, "sections");
	for (size_t i = 1; i < f->o.nsec && i <= FACTS_SECTIONS; i++) {
		jsonw_obj(w, NULL);
		name(w, "name", f->o.sec[i].name);
		jsonw_str(w, "kind", section_kind(&f->o.sec[i]));
		jsonw_int(w, "size", f->o.sec[i].size > INT64_MAX ?
		    INT64_MAX : (int64_t)f->o.sec[i].size);
		jsonw_end(w);
	}
	jsonw_end(w);
	f->cut |= f->o.nsec > FACTS_SECTIONS + 1;
}

/* --- programs ----------------------------------------------------------------------*/

/* "enum bpf_func_id: BPF_FUNC_loop exists", for people. */
static void
guard_text(const struct facts *f, int g, struct buf *b)
{
	const struct guard	*q;
	const struct corerel	*r;
	struct buf		 path = BUF_INIT(GUARD_TEXT_MAX);

	if (g == USE_BY_RODATA) {
		buf_adds(b, "a constant of .rodata");
		return;
	}
	q = &f->flow.guard[g];
	if (q->kind != GUARD_CORE) {
		buf_addf(b, "%.128s", f->o.sym[q->sym].name);
		return;
	}
	r = &f->core.r[q->core];
	buf_adds(b, corein_kind(r->kind));
	buf_addc(b, ' ');
	btfin_name(&f->btf, r->type, b);
	corein_path(&f->btf, r, &path);
	if (path.len > 0)
		buf_addf(b, " %s", buf_str(&path));
	buf_clear(&path);
}

static void
write_use(struct facts *f, const struct use *u)
{
	struct buf	 text = BUF_INIT(GUARD_TEXT_MAX);
	struct jsonw	*w = &f->w;

	jsonw_obj(w, NULL);
	if (u->kind == USE_HELPER)
		jsonw_int(w, "id", u->id);
	else {
		name(w, "name", f->o.sym[u->id].name);
		jsonw_bool(w, "weak", f->o.sym[u->id].bind == STB_WEAK);
	}
	jsonw_int(w, "calls", u->calls);
	jsonw_bool(w, "guarded", u->guarded == u->calls);
	if (u->nguard > 0) {
		jsonw_arr(w, "guards");
		for (size_t i = 0; i < u->nguard; i++) {
			buf_reset(&text);
			guard_text(f, u->guard[i], &text);
			jsonw_str(w, NULL, buf_str(&text));
		}
		jsonw_end(w);
	}
	jsonw_end(w);
	buf_clear(&text);
}

static void
write_uses(struct facts *f, const struct progfacts *p, enum use_kind kind,
    const char *key)
{
	jsonw_arr(&f->w, key);
	for (size_t i = 0; i < p->nuse; i++)
		if (p->use[i].kind == kind)
			write_use(f, &p->use[i]);
	jsonw_end(&f->w);
}

static void
write_program(struct facts *f, const struct progfacts *p)
{
	const struct func	*fn = &f->code.func[p->func];
	struct jsonw		*w = &f->w;

	jsonw_obj(w, NULL);
	name(w, "name", fn->name);
	name(w, "section", f->o.sec[f->code.code[fn->code].sec].name);
	jsonw_int(w, "insns", fn->n);
	jsonw_int(w, "insns_with_subprograms", p->insns);
	jsonw_int(w, "isa", p->isa);
	jsonw_arr(w, "features");
	for (int i = 0; i < FEAT__MAX; i++)
		if (p->features & 1u << i)
			jsonw_str(w, NULL, uses_feature(i));
	jsonw_end(w);
	write_uses(f, p, USE_HELPER, "helpers");
	write_uses(f, p, USE_KFUNC, "kfuncs");
	jsonw_arr(w, "subprograms");
	for (size_t i = 0; i < p->nfn; i++)
		if (p->fn[i] != p->func)
			name(w, NULL, f->code.func[p->fn[i]].name);
	jsonw_end(w);
	jsonw_end(w);
}

static void
write_programs(struct facts *f)
{
	struct jsonw	*w = &f->w;

	jsonw_arr(w, "programs");
	for (size_t i = 0; i < f->uses.nprog && i < FACTS_PROGRAMS; i++)
		write_program(f, &f->uses.prog[i]);
	jsonw_end(w);
	f->cut |= f->uses.nprog > FACTS_PROGRAMS;
	jsonw_arr(w, "subprograms");
	for (size_t i = 0; i < f->code.nfunc && i < FACTS_PROGRAMS; i++) {
		const struct func	*fn = &f->code.func[i];

		if (fn->program)
			continue;
		jsonw_obj(w, NULL);
		name(w, "name", fn->name);
		jsonw_int(w, "insns", fn->n);
		jsonw_bool(w, "global", fn->global);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* --- maps, externs, relocations --------------------------------------------------*/

static void
write_map(struct jsonw *w, const struct mapdef *m)
{
	static const char *const origins[] = { "btf", "legacy", "struct_ops",
		"global" };

	jsonw_obj(w, NULL);
	name(w, "name", m->name);
	name(w, "section", m->section);
	jsonw_str(w, "origin", origins[m->origin]);
	jsonw_int(w, "type", (int64_t)m->type);
	jsonw_int(w, "key_size", (int64_t)m->key_size);
	jsonw_int(w, "value_size", (int64_t)m->value_size);
	jsonw_int(w, "max_entries", (int64_t)m->max_entries);
	jsonw_int(w, "flags", (int64_t)m->flags);
	if (m->extra != 0)
		jsonw_int(w, "extra", (int64_t)m->extra);
	if (m->pinning != 0)
		jsonw_int(w, "pinning", (int64_t)m->pinning);
	if (m->has_inner)
		jsonw_int(w, "inner_type", (int64_t)m->inner_type);
	if (m->ops[0] != '\0')
		name(w, "struct_ops", m->ops);
	jsonw_end(w);
}

static void
write_maps(struct facts *f)
{
	jsonw_arr(&f->w, "maps");
	for (size_t i = 0; i < f->maps.n; i++)
		write_map(&f->w, &f->maps.m[i]);
	jsonw_end(&f->w);
	f->cut |= f->maps.cut;
}

/*
 * "kfunc" "ksym" "kconfig" by the types of .ksyms and .kconfig; a variable
 * of the kernel that is declared as void has no type to check.
 */
static const char *
extern_kind(const struct btfin *b, const char *sym, bool *typed)
{
	*typed = false;
	for (uint32_t i = 1; i < b->n; i++) {
		struct btf_type	 sec = btfin_type(b, i);
		bool		 conf = strcmp(sec.name, ".kconfig") == 0;

		if (sec.kind != BTF_DATASEC ||
		    (!conf && strcmp(sec.name, ".ksyms") != 0))
			continue;
		for (uint32_t k = 0; k < sec.vlen; k++) {
			struct btf_secvar v = btfin_secvar(b, &sec, k);
			struct btf_type	 t = btfin_type(b, v.type);

			if (strcmp(t.name, sym) != 0)
				continue;
			*typed = btfin_skip(b, &t.ref).kind != BTF_VOID;
			return conf ? "kconfig" : t.kind == BTF_FUNC ?
			    "kfunc" : "ksym";
		}
	}
	return "unknown";
}

static void
write_externs(struct facts *f)
{
	struct jsonw	*w = &f->w;
	size_t		 n = 0;

	jsonw_arr(w, "externs");
	for (size_t i = 1; i < f->o.nsym; i++) {
		const struct elfsym	*s = &f->o.sym[i];
		bool			 typed;

		if (s->sec != ELFOBJ_UNDEF || s->name[0] == '\0')
			continue;
		if (++n > FACTS_EXTERNS) {
			f->cut = true;
			break;
		}
		jsonw_obj(w, NULL);
		name(w, "name", s->name);
		jsonw_str(w, "kind", extern_kind(&f->btf, s->name, &typed));
		jsonw_bool(w, "weak", s->bind == STB_WEAK);
		jsonw_bool(w, "typed", typed);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_relocation(struct facts *f, const struct corerel *r, size_t times)
{
	struct buf	 text = BUF_INIT(GUARD_TEXT_MAX);
	struct jsonw	*w = &f->w;
	uint32_t	 fn = progcode_func_at(&f->code, r->code, r->insn);

	jsonw_obj(w, NULL);
	jsonw_str(w, "kind", corein_kind(r->kind));
	btfin_name(&f->btf, r->type, &text);
	jsonw_str(w, "type", buf_str(&text));
	buf_reset(&text);
	corein_path(&f->btf, r, &text);
	jsonw_str_opt(w, "access", buf_str(&text));
	name(w, "spec", r->access);
	if (fn != CODE_NONE)
		name(w, "function", f->code.func[fn].name);
	jsonw_int(w, "count", (int64_t)times);
	jsonw_end(w);
	buf_clear(&text);
}

/*
 * Neighbours that ask the same in one function are one entry: an unrolled
 * loop has hundreds.
 */
static void
write_relocations(struct facts *f)
{
	const struct corein	*c = &f->core;
	size_t			 n = 0, times;

	jsonw_arr(&f->w, "relocations");
	for (size_t i = 0; i < c->n && n < FACTS_RELOCS; i += times, n++) {
		const struct corerel	*r = &c->r[i], *q;

		for (times = 1; i + times < c->n; times++) {
			q = &c->r[i + times];
			if (q->kind != r->kind || q->type != r->type ||
			    q->code != r->code ||
			    strcmp(q->access, r->access) != 0 ||
			    progcode_func_at(&f->code, q->code, q->insn) !=
			    progcode_func_at(&f->code, r->code, r->insn))
				break;
		}
		write_relocation(f, r, times);
	}
	jsonw_end(&f->w);
	jsonw_int(&f->w, "relocation_count", (int64_t)c->n);
	f->cut |= n >= FACTS_RELOCS || c->cut;
}

/* --- the whole ------------------------------------------------------------------------*/

static enum err
read_types(struct facts *f)
{
	size_t		 btf = elfobj_find(&f->o, ".BTF");
	size_t		 ext = elfobj_find(&f->o, ".BTF.ext");
	enum err	 e;

	f->has_btf = btf != 0;
	f->has_ext = ext != 0;
	if (btf == 0)
		return ERR_OK;
	e = btfin_open(&f->btf, &f->o, &f->o.sec[btf]);
	f->btf_bad = e == ERR_SYNTAX || e == ERR_TOOBIG;
	if (e == ERR_OK && ext != 0) {
		e = corein_open(&f->core, &f->btf, &f->code, &f->o.sec[ext]);
		f->ext_bad = e == ERR_SYNTAX;
	}
	return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err
analyse(struct facts *f)
{
	enum err	 e;

	/* What btfin.c needs of an object without type information. */
	f->btf.o = &f->o;
	if ((e = progcode_open(&f->code, &f->o)) != ERR_OK ||
	    (e = read_types(f)) != ERR_OK)
		return e;
	f->btf.o = &f->o;
	if ((e = flow_open(&f->flow, &f->code, &f->btf, &f->core)) !=
	    ERR_OK || (e = uses_open(&f->uses, &f->flow)) != ERR_OK)
		return e;
	return mapsin_open(&f->maps, &f->btf, &f->o);
}

static void
write_notes(struct facts *f)
{
	struct jsonw	*w = &f->w;

	jsonw_bool(w, "has_btf", f->has_btf);
	jsonw_bool(w, "has_btf_ext", f->has_ext);
	jsonw_bool(w, "btf_damaged", f->btf_bad);
	jsonw_bool(w, "btf_ext_damaged", f->ext_bad);
	jsonw_bool(w, "cut", f->cut || f->code.cut);
	jsonw_bool(w, "guards_cut", f->uses.cut);
}

enum err
facts_write(const void *p, size_t len, struct buf *out)
{
	struct facts	 f;
	enum err	 e;

	memset(&f, 0, sizeof(f));
	jsonw_init(&f.w, out, JSONW_COMPACT);
	if ((e = elfobj_open(&f.o, p, len)) == ERR_OK)
		e = analyse(&f);
	if (e != ERR_OK && e != ERR_SYNTAX)
		goto out;
	jsonw_obj(&f.w, NULL);
	jsonw_str(&f.w, "format", FACTS_FORMAT);
	if (f.o.problem != NULL)
		jsonw_str(&f.w, "problem", f.o.problem);
	write_elf(&f);
	if (e == ERR_OK) {
		write_text_section(&f, "license", "license");
		write_sections(&f);
		write_programs(&f);
		write_maps(&f);
		write_externs(&f);
		write_relocations(&f);
		write_notes(&f);
	}
	jsonw_end(&f.w);
	e = buf_err(out);
out:
	mapsin_free(&f.maps);
	uses_free(&f.uses);
	flow_free(&f.flow);
	corein_free(&f.core);
	btfin_free(&f.btf);
	progcode_free(&f.code);
	elfobj_free(&f.o);
	return e;
}
