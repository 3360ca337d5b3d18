#include "domain/objfacts.h"

#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "domain/floor.h"

#define FACTS_FORMAT	"inspect.v1"
/* /sys/kernel/btf/vmlinux, which libbpf relocates against. */
#define SINCE_KERNEL_BTF	KVER(5, 4)
#define SINCE_KFUNCS		KVER(5, 13)
#define SINCE_TYPED_KSYM	KVER(5, 10)
#define SINCE_STRUCT_OPS_LINK	KVER(6, 4)
#define SINCE_GLOBALS		KVER(5, 2)
#define SINCE_MAP_EXTRA		KVER(5, 16)
#define MAP_FLAG_BITS	32

struct	meaning {
	const struct jval *facts;
	struct jsonw	 w;
	struct floor	 floor;
};

/* --- needs --------------------------------------------------------------------*/

/* "guards" of a call as one remark. */
static void
guard_note(const struct jval *use, struct need *n)
{
	const struct jval	*g = jval_get(use, "guards");

	if (!n->optional || n->note[0] != '\0')
		return;
	snprintf(n->note, sizeof(n->note), "optional, it stands behind %s%s",
	    jval_str(jval_at(g, 0), "a guard"),
	    jval_len(g) > 1 ? " and others" : "");
}

static void
add_need(struct meaning *m, struct need *n, const char *where,
    const struct jval *program)
{
	/* A program that libbpf leaves out asks for nothing. */
	if (program != NULL &&
	    jval_get_str(program, "section", "")[0] == '?') {
		n->optional = true;
		snprintf(n->note, sizeof(n->note), "optional, the program is "
		    "only loaded when asked for");
	}
	floor_add(&m->floor, n, where);
}

static void
need_helper(struct meaning *m, const struct jval *prog,
    const struct jval *use)
{
	int64_t			 id = jval_get_int(use, "id", -1);
	const struct feature	*f = id < 0 || id > INT32_MAX ? NULL :
				    feature_helper((int)id);
	const struct feature	*in = f == NULL ? NULL :
				    feature_standin((int)id);
	struct need		 n = { .kind = "helper" };

	if (f == NULL) {
		if (!jval_get_bool(use, "guarded", false) &&
		    jval_get_str(prog, "section", "")[0] != '?')
			floor_beyond(&m->floor, "program %.100s calls helper "
			    "number %lld", jval_get_str(prog, "name", "?"),
			    (long long)id);
		return;
	}
	snprintf(n.feature, sizeof(n.feature), "helper bpf_%s", f->name);
	n.since = f->since;
	n.optional = jval_get_bool(use, "guarded", false);
	if (in != NULL && !n.optional) {
		n.since = in->since;
		snprintf(n.note, sizeof(n.note), "libbpf calls bpf_%s instead "
		    "on kernels without it", in->name);
	}
	guard_note(use, &n);
	add_need(m, &n, jval_get_str(prog, "name", ""), prog);
}

static void
need_kfunc(struct meaning *m, const struct jval *prog, const struct jval *use)
{
	const char		*name = jval_get_str(use, "name", "");
	const struct feature	*f = feature_kfunc(name), *gone;
	struct need		 n = { .kind = "kfunc" };
	char			 v[KVER_TEXT_SIZE];

	snprintf(n.feature, sizeof(n.feature), "kfunc %.128s", name);
	n.optional = jval_get_bool(use, "guarded", false);
	if (f == NULL && !n.optional)
		floor_bound(&m->floor, "kfunc %.128s is not in the table of "
		    "known ones", name);
	if (!n.optional && (gone = feature_kfunc_gone(name)) != NULL)
		floor_bound(&m->floor, "from %s on kfunc %.128s is not there, "
		    "or takes other arguments", kver_text(gone->since, v),
		    name);
	n.since = f != NULL ? f->since : SINCE_KFUNCS;
	guard_note(use, &n);
	add_need(m, &n, jval_get_str(prog, "name", ""), prog);
}

static void
need_iter(struct meaning *m, const struct jval *prog, const char *target)
{
	const struct feature	*f = feature_iter(target);
	struct need		 n = { .kind = "iterator" };

	if (f == NULL) {
		floor_bound(&m->floor, "iterator %.100s is not in the table "
		    "of known ones", target);
		return;
	}
	n.since = f->since;
	snprintf(n.feature, sizeof(n.feature), "iterator %s", f->name);
	add_need(m, &n, jval_get_str(prog, "name", ""), prog);
}

static void
need_section(struct meaning *m, const struct jval *prog,
    const struct sec_meaning *s)
{
	const char	*name = jval_get_str(prog, "name", "");
	struct need	 n = { .kind = "program_type", .since = s->load };

	if (!s->known) {
		floor_bound(&m->floor, "section %.100s of program %.80s tells "
		    "no program type", jval_get_str(prog, "section", "?"),
		    name);
		return;
	}
	snprintf(n.feature, sizeof(n.feature), "program type %s%s%s%s%s",
	    s->prog_type, s->attach[0] != '\0' &&
	    s->attach_since == 0 ? " (" : "", s->attach_since == 0 ?
	    s->attach : "", s->attach[0] != '\0' && s->attach_since == 0 ?
	    ")" : "", s->sleepable ? ", sleepable" : "");
	add_need(m, &n, name, prog);
	if (strcmp(s->attach, "trace_iter") == 0)
		need_iter(m, prog, s->target);
	if (s->attach_since == 0)
		return;
	n = (struct need){ .kind = "attach_type", .since = s->attach_since,
	    .phase = NEED_TO_ATTACH };
	snprintf(n.feature, sizeof(n.feature), "attach type %s", s->attach);
	add_need(m, &n, name, prog);
}

static void
need_insns(struct meaning *m, const struct jval *prog)
{
	const struct jval	*words = jval_get(prog, "features");

	for (size_t i = 0; i < jval_len(words); i++) {
		const struct feature	*f;
		struct need		 n = { .kind = "instruction" };

		f = feature_insn(jval_str(jval_at(words, i), ""));
		if (f == NULL)
			continue;
		n.since = f->since;
		snprintf(n.feature, sizeof(n.feature), "%s", f->name);
		add_need(m, &n, jval_get_str(prog, "name", ""), prog);
	}
}

static void
need_map(struct meaning *m, const struct jval *map)
{
	const char		*name = jval_get_str(map, "name", "");
	const char		*ops = jval_get_str(map, "struct_ops", "");
	int64_t			 type = jval_get_int(map, "type", -1);
	int64_t			 flags = jval_get_int(map, "flags", 0);
	const struct feature	*f = feature_map_type(type);
	struct need		 n = { .kind = "map_type" };

	if (strcmp(jval_get_str(map, "origin", ""), "global") == 0) {
		n = (struct need){ .kind = "map_type",
		    .since = SINCE_GLOBALS, .feature = "global variables" };
		floor_add(&m->floor, &n, name);
		return;
	}
	if (f == NULL)
		floor_beyond(&m->floor, "map %.100s is of type number %lld",
		    name, (long long)type);
	else {
		n.since = f->since;
		snprintf(n.feature, sizeof(n.feature), "map type %s",
		    f->name);
		floor_add(&m->floor, &n, name);
	}
	for (int bit = 0; bit < MAP_FLAG_BITS; bit++) {
		if (!(flags >> bit & 1) || (f = feature_map_flag(bit)) ==
		    NULL)
			continue;
		n = (struct need){ .kind = "map_flag", .since = f->since };
		snprintf(n.feature, sizeof(n.feature), "map flag %s",
		    f->name);
		floor_add(&m->floor, &n, name);
	}
	if (jval_get_int(map, "extra", 0) != 0) {
		n = (struct need){ .kind = "map_flag",
		    .since = SINCE_MAP_EXTRA, .feature = "map_extra" };
		floor_add(&m->floor, &n, name);
	}
	if (ops[0] == '\0')
		return;
	n = (struct need){ .kind = "struct_ops" };
	snprintf(n.feature, sizeof(n.feature), "struct_ops of type %.100s",
	    ops);
	if ((f = feature_struct_ops(ops)) == NULL)
		floor_bound(&m->floor, "struct_ops type %.100s is not in the "
		    "table of known ones", ops);
	else
		n.since = f->since;
	floor_add(&m->floor, &n, name);
	if (strstr(jval_get_str(map, "section", ""), ".link") != NULL) {
		n = (struct need){ .kind = "struct_ops",
		    .since = SINCE_STRUCT_OPS_LINK,
		    .feature = "struct_ops with a link" };
		floor_add(&m->floor, &n, name);
	}
}

static void
need_rest(struct meaning *m)
{
	const struct jval	*rel = jval_get(m->facts, "relocations");
	const struct jval	*ext = jval_get(m->facts, "externs");
	struct need		 n;
	size_t			 core = 0, asked = 0;

	for (size_t i = 0; i < jval_len(rel); i++) {
		const char	*kind = jval_get_str(jval_at(rel, i), "kind",
				    "");

		core += strcmp(kind, "type_id_local") != 0;
		asked += strncmp(kind, "field_", 6) == 0 ||
		    strcmp(kind, "enumval_value") == 0;
	}
	if (core > 0) {
		n = (struct need){ .kind = "btf", .since = SINCE_KERNEL_BTF,
		    .feature = "type information in the kernel, for CO-RE",
		    .note = "older ones need a BTF file" };
		floor_add(&m->floor, &n, "");
		floor_bound(&m->floor, "the kernel must be built with type "
		    "information (CONFIG_DEBUG_INFO_BTF)");
	}
	if (asked > 0)
		floor_bound(&m->floor, "fields and values of kernel types are "
		    "looked up when it loads; the kernel must have them");
	for (size_t i = 0; i < jval_len(ext); i++) {
		const struct jval	*x = jval_at(ext, i);

		if (strcmp(jval_get_str(x, "kind", ""), "ksym") != 0 ||
		    !jval_get_bool(x, "typed", false))
			continue;
		n = (struct need){ .kind = "ksym",
		    .since = SINCE_TYPED_KSYM,
		    .optional = jval_get_bool(x, "weak", false) };
		snprintf(n.feature, sizeof(n.feature), "variable %.100s of "
		    "the kernel", jval_get_str(x, "name", ""));
		floor_add(&m->floor, &n, "");
	}
}

/* What no table can know. */
static void
general_bounds(struct meaning *m)
{
	if (jval_len(jval_get(m->facts, "programs")) > 0)
		floor_bound(&m->floor, "only a run tells what the verifier "
		    "says, and whether what a program attaches to exists");
	if (jval_get_bool(m->facts, "guards_cut", false))
		floor_bound(&m->floor, "too much code to follow every guard: "
		    "what stands behind one may count as needed");
	if (m->floor.cut)
		floor_bound(&m->floor, "not all needs could be kept");
}

/* --- the document -----------------------------------------------------------------*/

static void
write_since(struct jsonw *w, unsigned int since)
{
	char	 v[KVER_TEXT_SIZE];

	jsonw_str_opt(w, "since", kver_text(since, v));
}

static void
copy(struct jsonw *w, const struct jval *from, const char *key)
{
	const struct jval	*v = jval_get(from, key);

	if (v != NULL)
		jval_write(v, w, key, SIZE_MAX);
}

static void
write_calls(struct meaning *m, const struct jval *prog, const char *key,
    bool helper)
{
	const struct jval	*all = jval_get(prog, key);
	struct jsonw		*w = &m->w;
	char			 name[64];

	jsonw_arr(w, key);
	for (size_t i = 0; i < jval_len(all); i++) {
		const struct jval	*u = jval_at(all, i);
		int64_t			 id = jval_get_int(u, "id", -1);
		const struct feature	*f = helper ? id < 0 ||
		    id > INT32_MAX ? NULL : feature_helper((int)id) :
		    feature_kfunc(jval_get_str(u, "name", ""));

		jsonw_obj(w, NULL);
		if (helper) {
			jsonw_int(w, "id", id);
			snprintf(name, sizeof(name), "%s%s", f == NULL ? "" :
			    "bpf_", f == NULL ? "unknown" : f->name);
			jsonw_str(w, "name", name);
			need_helper(m, prog, u);
		} else {
			copy(w, u, "name");
			copy(w, u, "weak");
			need_kfunc(m, prog, u);
		}
		write_since(w, f == NULL ? 0 : f->since);
		copy(w, u, "calls");
		copy(w, u, "guarded");
		copy(w, u, "guards");
		jsonw_end(w);
	}
	jsonw_end(w);
}

static int64_t
write_program(struct meaning *m, const struct jval *prog)
{
	struct sec_meaning	 s;
	struct jsonw		*w = &m->w;
	int64_t			 isa = jval_get_int(prog, "isa", 1);
	char			 level[8];

	s = feature_section(jval_get_str(prog, "section", ""));
	need_section(m, prog, &s);
	need_insns(m, prog);
	snprintf(level, sizeof(level), "v%d", isa >= 1 && isa <= 4 ?
	    (int)isa : 1);
	jsonw_obj(w, NULL);
	copy(w, prog, "name");
	copy(w, prog, "section");
	jsonw_str(w, "type", s.known ? s.prog_type : "unknown");
	jsonw_str_opt(w, "attach", s.attach);
	jsonw_str_opt(w, "target", s.target);
	jsonw_bool(w, "sleepable", s.sleepable);
	jsonw_bool(w, "optional", s.optional);
	copy(w, prog, "insns");
	copy(w, prog, "insns_with_subprograms");
	jsonw_str(w, "isa", level);
	copy(w, prog, "features");
	write_calls(m, prog, "helpers", true);
	write_calls(m, prog, "kfuncs", false);
	copy(w, prog, "subprograms");
	jsonw_end(w);
	return isa;
}

static void
write_programs(struct meaning *m)
{
	const struct jval	*all = jval_get(m->facts, "programs");
	int64_t			 isa = 1, one;
	char			 level[8];

	jsonw_arr(&m->w, "programs");
	for (size_t i = 0; i < jval_len(all); i++)
		if ((one = write_program(m, jval_at(all, i))) > isa)
			isa = one;
	jsonw_end(&m->w);
	snprintf(level, sizeof(level), "v%d", isa <= 4 ? (int)isa : 4);
	jsonw_str(&m->w, "isa", level);
}

static void
write_map(struct meaning *m, const struct jval *map)
{
	static const char *const keys[] = { "name", "section", "origin",
		"type", "key_size", "value_size", "max_entries", "flags" };
	static const char *const more[] = { "extra", "pinning", "inner_type",
		"struct_ops" };
	struct jsonw		*w = &m->w;
	const struct feature	*f;
	int64_t			 flags = jval_get_int(map, "flags", 0);

	need_map(m, map);
	jsonw_obj(w, NULL);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		copy(w, map, keys[i]);
	f = feature_map_type(jval_get_int(map, "type", -1));
	jsonw_str(w, "type_name", f == NULL ? "unknown" : f->name);
	write_since(w, f == NULL ? 0 : f->since);
	jsonw_arr(w, "flag_names");
	for (int bit = 0; bit < MAP_FLAG_BITS; bit++)
		if (flags >> bit & 1) {
			f = feature_map_flag(bit);
			jsonw_str(w, NULL, f == NULL ? "unknown" : f->name);
		}
	jsonw_end(w);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		copy(w, map, more[i]);
	jsonw_end(w);
}

static void
write_notes(struct meaning *m)
{
	struct jsonw	*w = &m->w;
	bool		 legacy = false;
	const struct jval *maps = jval_get(m->facts, "maps");

	for (size_t i = 0; i < jval_len(maps); i++)
		legacy |= strcmp(jval_get_str(jval_at(maps, i), "origin",
		    ""), "legacy") == 0;
	jsonw_arr(w, "notes");
	if (legacy)
		jsonw_str(w, NULL, "maps are defined in the old section "
		    "\"maps\", which libbpf 1.0 and newer refuse; define "
		    "them in \".maps\"");
	if (jval_get_bool(m->facts, "btf_damaged", false))
		jsonw_str(w, NULL, "the type information (.BTF) is damaged");
	if (jval_get_bool(m->facts, "btf_ext_damaged", false))
		jsonw_str(w, NULL, "the relocations (.BTF.ext) are damaged");
	if (!jval_get_bool(m->facts, "has_btf", false))
		jsonw_str(w, NULL, "there is no type information; compile "
		    "with -g");
	if (jval_get_bool(m->facts, "cut", false))
		jsonw_str(w, NULL, "the object is larger than what is "
		    "listed here");
	jsonw_end(w);
}

static void
write_body(struct meaning *m)
{
	static const char *const first[] = { "license", "has_btf",
		"has_btf_ext" };
	static const char *const rest[] = { "subprograms", "sections",
		"externs", "relocations", "relocation_count" };
	const struct jval	*maps = jval_get(m->facts, "maps");

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		copy(&m->w, m->facts, first[i]);
	write_programs(m);
	jsonw_arr(&m->w, "maps");
	for (size_t i = 0; i < jval_len(maps); i++)
		write_map(m, jval_at(maps, i));
	jsonw_end(&m->w);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		copy(&m->w, m->facts, rest[i]);
	need_rest(m);
	general_bounds(m);
	floor_write(&m->floor, &m->w);
	write_notes(m);
}

enum err
objfacts_write(const struct jval *facts, struct buf *out)
{
	struct meaning	 m = { .facts = facts };

	if (strcmp(jval_get_str(facts, "format", ""), FACTS_FORMAT) != 0)
		return ERR_SYNTAX;
	jsonw_init(&m.w, out, JSONW_COMPACT);
	jsonw_obj(&m.w, NULL);
	jsonw_str(&m.w, "format", OBJFACTS_FORMAT);
	copy(&m.w, facts, "problem");
	copy(&m.w, facts, "elf");
	if (jval_get(facts, "problem") == NULL)
		write_body(&m);
	jsonw_end(&m.w);
	floor_free(&m.floor);
	return buf_err(out);
}
