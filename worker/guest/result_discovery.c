/* The part of the document about the object: programs, maps, externs. */
#include "result.h"
#include "result_attach.h"

#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "helpers.h"
#include "steps.h"

static void
stat_int(struct jsonw *w, const char *key, int64_t n)
{
	if (n >= 0)
		jsonw_int(w, key, n);
}

/* From so many thousandths of the kernel's limit on there is a warning. */
#define HEADROOM_WARN	800

static void
write_share(struct jsonw *w, const struct verlog_stats *s)
{
	int64_t	 share;

	if (s->processed_insns < 0 || s->insn_limit <= 0)
		return;
	share = s->processed_insns * 1000 / s->insn_limit;
	jsonw_int(w, "insn_share", share);
	jsonw_bool(w, "headroom_warning", share >= HEADROOM_WARN);
}

static void
write_stats(struct jsonw *w, const struct verlog_stats *s)
{
	jsonw_obj(w, "verifier");
	stat_int(w, "processed_insns", s->processed_insns);
	stat_int(w, "insn_limit", s->insn_limit);
	stat_int(w, "total_states", s->total_states);
	stat_int(w, "peak_states", s->peak_states);
	stat_int(w, "max_states_per_insn", s->max_states_per_insn);
	stat_int(w, "longest_mark_read", s->longest_mark_read);
	stat_int(w, "verification_time_us", s->verification_time_us);
	jsonw_str_opt(w, "stack_depth", s->stack_depth);
	write_share(w, s);
	jsonw_end(w);
}

static void
write_poison(struct jsonw *w, const struct load_log *l)
{
	const struct poison	*p;
	size_t			 i;

	jsonw_arr(w, "poison");
	for (i = 0; i < l->npoison; i++) {
		p = &l->poison[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "kind", poison_word(p->kind));
		stat_int(w, "insn", p->insn);
		stat_int(w, "index", p->index);
		jsonw_str(w, "detail", p->detail);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* "fentry.s/x" and "lsm.s" may sleep; so may what the flag marks. */
static bool
sleepable(const struct prog *p)
{
	size_t	 n = strcspn(p->section, "/");

	return (p->flags & BPF_F_SLEEPABLE) != 0 ||
	    (n > 2 && memcmp(p->section + n - 2, ".s", 2) == 0);
}

static void
write_load_log(struct jsonw *w, const struct load_log *l)
{
	jsonw_str(w, "load_log", result_text(l->tail));
	jsonw_str(w, "log_head", result_text(l->head));
	jsonw_str(w, "log_tail", result_text(l->last));
	jsonw_str(w, "log_id", l->id);
	jsonw_int(w, "log_bytes", (int64_t)l->bytes);
	jsonw_bool(w, "log_truncated", l->cut);
	jsonw_str(w, "load_messages", result_text(l->messages));
	write_stats(w, &l->stats);
	write_poison(w, l);
	if (l->explanation != NULL)
		jsonw_raw(w, "explanation", l->explanation,
		    strlen(l->explanation));
}

static const char *
fate_word(enum object_fate f)
{
	switch (f) {
	case FATE_OFF:
		return "off";
	case FATE_NOT_REACHED:
		return "not_reached";
	case FATE_FAILED:
		return "failed";
	case FATE_LOADED:
		return "loaded";
	}
	return "not_reached";
}

static void
write_helpers(struct jsonw *w, const struct prog *p)
{
	static const char *const	 words[] = {
		[HELPER_NOT_ASKED] = "not_asked",
		[HELPER_UNCLEAR] = "unclear", [HELPER_KNOWN] = "yes",
		[HELPER_UNKNOWN] = "no",
	};
	size_t				 i;

	jsonw_arr(w, "helpers");
	for (i = 0; i < p->use.nhelpers; i++) {
		jsonw_obj(w, NULL);
		jsonw_int(w, "id", p->use.helpers[i]);
		jsonw_str(w, "name", helper_name(p->use.helpers[i]));
		jsonw_str(w, "known", words[p->helper_known[i]]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_program(struct jsonw *w, const struct run *r, const struct prog *p)
{
	const char	*type = libbpf_bpf_prog_type_str(p->type);
	const char	*atype = libbpf_bpf_attach_type_str(p->attach_type);

	jsonw_obj(w, NULL);
	jsonw_str(w, "name", p->name);
	jsonw_str(w, "section", p->section);
	if (p->use.missed_map > 0 && p->use.missed_map <= r->nmaps)
		jsonw_str(w, "missed_map", r->maps[p->use.missed_map - 1].name);
	jsonw_str(w, "attach_status", outcome_word(p->attach));
	jsonw_str(w, "attach_error", result_text(p->attach_error));
	jsonw_str(w, "load_status", outcome_word(p->load));
	jsonw_int(w, "load_errno", p->load_errno);
	jsonw_str(w, "object_status", fate_word(p->fate));
	jsonw_int(w, "object_errno", p->fate_errno);
	write_load_log(w, &p->log);
	jsonw_str(w, "type", result_text(type));
	/* 0 is a real attach type, but most types do not have one at all. */
	jsonw_str(w, "expected_attach_type", p->attach_type == 0 ? "" :
	    result_text(atype));
	jsonw_int(w, "insn_count", (int64_t)p->insn_count);
	jsonw_bool(w, "sleepable", sleepable(p));
	jsonw_bool(w, "autoload", p->autoload);
	jsonw_bool(w, "variant_off", p->variant_off);
	jsonw_int(w, "jited_len", p->jited_len);
	jsonw_int(w, "xlated_len", p->xlated_len);
	result_program_attach(w, p);
	write_helpers(w, p);
	result_relocs(w, r, p);
	jsonw_end(w);
}

/* What was asked for, and what an experiment found the kernel to take. */
static void
write_map_sizes(struct jsonw *w, const struct map *m)
{
	jsonw_obj(w, "requested");
	jsonw_int(w, "type", m->type);
	jsonw_int(w, "key_size", m->key_size);
	jsonw_int(w, "value_size", m->value_size);
	jsonw_int(w, "max_entries", m->max_entries);
	jsonw_int(w, "flags", m->flags);
	jsonw_end(w);
	if (m->created || !m->tried)
		return;
	jsonw_obj(w, "allowed");
	jsonw_int_opt(w, "max_entries", (int64_t)m->allowed.entries);
	jsonw_int_opt(w, "value_size", (int64_t)m->allowed.value_size);
	jsonw_int_opt(w, "key_size", (int64_t)m->allowed.key_size);
	if (m->allowed.no_flags)
		jsonw_int(w, "flags", 0);
	jsonw_end(w);
}

static void
write_map(struct jsonw *w, const struct map *m)
{
	char	 text[256];

	error_text(m->error, text, sizeof(text));
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", m->name);
	jsonw_int(w, "type", m->type);
	jsonw_str(w, "type_name", result_text(libbpf_bpf_map_type_str(m->type)));
	jsonw_int(w, "key_size", m->key_size);
	jsonw_int(w, "value_size", m->value_size);
	jsonw_int(w, "max_entries", m->max_entries);
	jsonw_int(w, "flags", m->flags);
	jsonw_bool(w, "internal", m->internal);
	if (m->no_inner)
		jsonw_str(w, "inner_map", "none");
	jsonw_str(w, "status", !m->tried ? "not_tried" : m->created ?
	    "created" : "failed");
	jsonw_bool(w, "created", m->created);
	jsonw_int(w, "errno", m->error);
	jsonw_str(w, "error", text);
	jsonw_str_opt(w, "message", m->message);
	jsonw_str_opt(w, "struct_ops_type", m->ops_type);
	write_map_sizes(w, m);
	if (m->type == BPF_MAP_TYPE_STRUCT_OPS) {
		jsonw_str(w, "attach_status", outcome_word(m->attach));
		jsonw_int(w, "attach_errno", m->attach_errno);
	}
	jsonw_end(w);
}

void
result_discovery(struct jsonw *w, const struct run *r)
{
	size_t	 i;

	jsonw_obj(w, "discovery");
	jsonw_int(w, "program_count", (int64_t)r->nprogs);
	jsonw_int(w, "map_count", (int64_t)r->nmaps);
	jsonw_arr(w, "programs");
	for (i = 0; i < r->nprogs; i++)
		write_program(w, r, &r->progs[i]);
	jsonw_end(w);
	jsonw_arr(w, "maps");
	for (i = 0; i < r->nmaps; i++)
		write_map(w, &r->maps[i]);
	jsonw_end(w);
	jsonw_arr(w, "externs");
	for (i = 0; i < r->externs.n; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", r->externs.v[i].name);
		jsonw_str(w, "kind", r->externs.v[i].kind);
		jsonw_str(w, "status",
		    extern_state_word(r->externs.v[i].state));
		jsonw_bool(w, "weak", r->externs.v[i].weak);
		jsonw_str_opt(w, "btf", r->externs.v[i].btf);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

