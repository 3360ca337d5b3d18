/* What libbpf filled into one program: relocations and kernel functions. */
#include "result.h"

#include <string.h>

#include "base/json_out.h"
#include "steps.h"

/*
 * So many that went well are written for one program; all others are.  A
 * large object has thousands and the document goes through a guest's wire.
 */
#define RESOLVED_MAX	256

static void
write_reloc(struct jsonw *w, const struct reloc *p, int64_t at, bool part)
{
	jsonw_obj(w, NULL);
	jsonw_int(w, "index", p->index);
	jsonw_int(w, "insn", p->insn < 0 ? -1 : p->insn + at);
	if (part)
		jsonw_str(w, "function", p->function);
	jsonw_str(w, "kind", p->kind);
	jsonw_str(w, "local_type", result_text(p->local_type));
	jsonw_str(w, "access", result_text(p->access));
	jsonw_str_opt(w, "spec", p->spec);
	if (p->has_local)
		jsonw_int(w, "local_value", p->local_value);
	jsonw_str(w, "target_type", result_text(p->target_type));
	if (p->has_target)
		jsonw_int(w, "target_value", p->target_value);
	jsonw_int(w, "candidates", p->candidates);
	jsonw_int(w, "matching", p->matching);
	jsonw_str(w, "status", reloc_status_word(p->status));
	jsonw_str_opt(w, "note", p->note);
	jsonw_end(w);
}

/* How many there are of each status, and whether all are listed. */
static void
write_counts(struct jsonw *w, const size_t *count, bool cut)
{
	static const enum reloc_status	 all[] = { RELOC_RESOLVED,
					    RELOC_GUARDED, RELOC_POISONED,
					    RELOC_FAILED };
	size_t				 i;

	jsonw_obj(w, "relocation_counts");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		jsonw_int(w, reloc_status_word(all[i]), (int64_t)count[all[i]]);
	jsonw_bool(w, "cut", cut);
	jsonw_end(w);
}

static void
write_relocs(struct jsonw *w, const struct run *r, const struct prog *p)
{
	const struct reloc	*v = r->relocs.v;
	const char		*last = NULL;
	size_t			 count[RELOC_POISONED + 1] = { 0 }, i;
	int64_t			 at = -1;
	bool			 cut = r->relocs.cut;

	jsonw_arr(w, "relocations");
	for (i = 0; i < r->relocs.n; i++) {
		if (last == NULL || strcmp(last, v[i].function) != 0) {
			last = v[i].function;
			at = relocs_part_at(&r->relocs, p->name, p->insn_count,
			    last);
		}
		if (at < 0)
			continue;
		if (count[v[i].status]++ >= RESOLVED_MAX &&
		    v[i].status == RELOC_RESOLVED)
			cut = true;
		else
			write_reloc(w, &v[i], at, at != 0);
	}
	jsonw_end(w);
	write_counts(w, count, cut);
}

static void
write_kfuncs(struct jsonw *w, const struct run *r, const struct prog *p)
{
	const struct reloc_use	*u;
	const struct extern_sym	*s;
	size_t			 i;

	jsonw_arr(w, "kfuncs");
	for (i = 0; i < r->relocs.nuses; i++) {
		u = &r->relocs.uses[i];
		if (u->function == NULL || u->ext == NULL ||
		    (s = externs_find(&r->externs, u->ext)) == NULL ||
		    strcmp(s->kind, "kfunc") != 0 || relocs_part_at(&r->relocs,
		    p->name, p->insn_count, u->function) < 0)
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", s->name);
		jsonw_bool(w, "found", s->state == EXTERN_FOUND);
		jsonw_bool(w, "weak", s->weak);
		jsonw_str(w, "module", result_text(s->btf));
		jsonw_str(w, "status", extern_state_word(s->state));
		jsonw_end(w);
	}
	jsonw_end(w);
}

void
result_relocs(struct jsonw *w, const struct run *r, const struct prog *p)
{
	write_relocs(w, r, p);
	write_kfuncs(w, r, p);
}
