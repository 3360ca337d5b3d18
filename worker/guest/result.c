/*
 * The result document, validator.v0.4.  Consumers read these keys, so each
 * is always there; keys the original format does not have are additions.
 */
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "environ.h"
#include "result.h"
#include "steps.h"

/* logs.libbpf: so much of its head and of its tail. */
#define LIBBPF_PART_MAX	(128 * 1024)

bool
run_passed(const struct run *r)
{
	if (r->functional.status == FUNC_FAIL ||
	    r->functional.status == FUNC_CUT)
		return false;
	return r->args->command || (r->load.status == OUT_PASS &&
	    r->attach.status != OUT_FAIL);
}

static void
write_host(struct jsonw *w, const struct run *r)
{
	jsonw_obj(w, "host");
	jsonw_str(w, "sysname", r->uts.sysname);
	jsonw_str(w, "nodename", r->uts.nodename);
	jsonw_str(w, "release", r->uts.release);
	jsonw_str(w, "version", r->uts.version);
	jsonw_str(w, "machine", r->uts.machine);
	jsonw_end(w);
}

const char *
result_text(const char *s)
{
	return s == NULL ? "" : s;
}

static void
write_input(struct jsonw *w, const struct run *r)
{
	const struct args	*a = r->args;

	jsonw_obj(w, "input");
	jsonw_str(w, "artifact", result_text(a->artifact));
	jsonw_str(w, "manifest", result_text(a->manifest));
	jsonw_str(w, "functional_plan", result_text(a->plan));
	jsonw_str(w, "attach_mode", a->attach_word);
	jsonw_bool(w, "command_mode", a->command);
	jsonw_bool(w, "probe_features", a->probe_features);
	jsonw_int(w, "size_bytes", (int64_t)r->artifact.len);
	jsonw_obj(w, "elf");
	jsonw_bool(w, "is_elf", r->elf.is_elf);
	jsonw_str(w, "class", elfinfo_class(&r->elf));
	jsonw_str(w, "endian", elfinfo_endian(&r->elf));
	jsonw_str(w, "type", elfinfo_type(&r->elf));
	jsonw_str(w, "machine", elfinfo_machine(&r->elf));
	jsonw_int(w, "machine_number", r->elf.machine);
	jsonw_bool(w, "is_bpf", r->elf.is_bpf);
	jsonw_str(w, "problem", r->elf.problem);
	jsonw_end(w);
	jsonw_end(w);
}

static void
write_fixups(struct jsonw *w, const struct run *r)
{
	const struct map_fixup		*f;
	const struct fixup_result	*res;
	size_t				 i;

	jsonw_arr(w, "map_fixups");
	for (i = 0; i < r->args->nfixups; i++) {
		f = &r->args->fixups[i];
		res = &r->fixups[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", f->name);
		jsonw_str(w, "max_entries", result_text(f->entries_word));
		jsonw_int(w, "inner_ringbuf_bytes", f->ringbuf_bytes);
		jsonw_int(w, "inner_map_type", f->inner_type);
		jsonw_int(w, "inner_key_size", f->inner_key);
		jsonw_int(w, "inner_value_size", f->inner_value);
		jsonw_int(w, "inner_max_entries", f->inner_entries);
		jsonw_str(w, "status", result_text(res->status));
		jsonw_int(w, "errno", res->error);
		jsonw_int(w, "applied_entries", res->applied);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_automatic(struct jsonw *w, const struct run *r)
{
	size_t	 i;

	jsonw_arr(w, "auto_sized_maps");
	for (i = 0; i < r->nmaps; i++) {
		if (!r->maps[i].auto_sized)
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", r->maps[i].name);
		jsonw_int(w, "map_type", r->maps[i].type);
		jsonw_int(w, "max_entries", r->maps[i].max_entries);
		jsonw_end(w);
	}
	jsonw_end(w);

	jsonw_arr(w, "auto_typed_programs");
	for (i = 0; i < r->nprogs; i++) {
		if (!r->progs[i].auto_typed)
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", r->progs[i].name);
		jsonw_str(w, "section", r->progs[i].section);
		jsonw_int(w, "prog_type", r->progs[i].type);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_overrides(struct jsonw *w, const struct run *r)
{
	size_t	 i;

	jsonw_arr(w, "program_type_overrides");
	for (i = 0; i < r->args->noverrides; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "selector", r->args->overrides[i].selector);
		jsonw_int(w, "prog_type", r->args->overrides[i].prog_type);
		jsonw_str(w, "status", result_text(r->overrides[i]));
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_variants(struct jsonw *w, const struct run *r)
{
	const struct variant_group	*g;
	size_t				 i, j;

	jsonw_arr(w, "program_variants");
	for (i = 0; i < r->args->ngroups; i++) {
		g = &r->args->groups[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "group", g->name);
		jsonw_str(w, "chosen", result_text(r->groups[i].chosen));
		jsonw_arr(w, "disabled");
		for (j = 0; r->groups[i].disabled != NULL && j < g->nv; j++)
			if (r->groups[i].disabled[j])
				jsonw_str(w, NULL, g->v[j].prog);
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_capabilities(struct jsonw *w, const struct run *r)
{
	jsonw_obj(w, "btf");
	jsonw_bool(w, "kernel_btf_available", r->facts.kernel_btf);
	jsonw_str(w, "kernel_btf_path", "/sys/kernel/btf/vmlinux");
	jsonw_int(w, "kernel_btf_size", r->facts.kernel_btf_size);
	jsonw_bool(w, "artifact_has_btf", r->elf.has_btf);
	jsonw_bool(w, "artifact_has_btf_ext", r->elf.has_btf_ext);
	jsonw_end(w);

	jsonw_obj(w, "capabilities");
	jsonw_bool(w, "bpftool_available", false);
	jsonw_bool(w, "bpftool_probe_ok", false);
	jsonw_str(w, "bpftool_probe_output_path", "");
	jsonw_bool(w, "probes_cached", r->facts.cached);
	probes_write(w, &r->facts);
	facts_write_prereqs(w, &r->facts);
	jsonw_end(w);
	facts_write_kernel(w, &r->facts);
}

/*
 * The name between quotes in the last of libbpf's lines that starts with
 * "what '" and contains "how".
 */
static bool
culprit(const struct run *r, const char *what, const char *how, char *out,
    size_t size)
{
	const char	*text = buf_str(&r->capture.text), *p, *hit = NULL;
	size_t		 n;

	for (p = text; (p = strstr(p, how)) != NULL; p++)
		hit = p;
	if (hit == NULL)
		return false;
	while (hit > text && hit[-1] != '\n')
		hit--;
	p = strstr(hit, what);
	if (p == NULL)
		return false;
	p += strlen(what);
	n = strcspn(p, "'\n");
	if (n >= size)
		n = size - 1;
	memcpy(out, p, n);
	out[n] = '\0';
	return n > 0;
}

static void
write_load(struct jsonw *w, const struct run *r)
{
	char	 text[256], name[128];

	error_text(r->load.error, text, sizeof(text));
	jsonw_obj(w, "load");
	jsonw_str(w, "status", outcome_word(r->load.status));
	jsonw_int(w, "error_code", r->load.error);
	jsonw_str(w, "error", text);
	jsonw_bool(w, "crashed", r->load.crashed);
	if (r->load.crashed) {
		jsonw_int(w, "crash_signal", r->load.crash_signal);
		jsonw_str(w, "crash_phase", r->load.crash.phase);
		jsonw_str_opt(w, "crash_program", r->load.crash.program);
	}
	jsonw_str(w, "stage", r->obj == NULL ? "open" : !r->prepared ?
	    "prepare" : "load");
	if (r->load.error != 0 && culprit(r, "prog '", "': failed to load: ",
	    name, sizeof(name)))
		jsonw_str(w, "failed_program", name);
	if (r->load.error != 0 && culprit(r, "map '", "': failed to create: ",
	    name, sizeof(name)))
		jsonw_str(w, "failed_map", name);
	jsonw_end(w);
}

static void
write_attach(struct jsonw *w, const struct run *r)
{
	jsonw_obj(w, "attach");
	jsonw_str(w, "mode", r->args->attach_word);
	jsonw_str(w, "status", outcome_word(r->attach.status));
	jsonw_int(w, "attempted", r->attach.attempted);
	jsonw_int(w, "passed", r->attach.passed);
	jsonw_int(w, "failed", r->attach.failed);
	jsonw_int(w, "not_testable", r->attach.untestable);
	jsonw_end(w);
}

static void
write_functional(struct jsonw *w, const struct run *r)
{
	const struct func_test	*t;
	size_t			 i;

	jsonw_obj(w, "functional");
	jsonw_str(w, "status", func_word(r->functional.status));
	jsonw_arr(w, "tests");
	for (i = 0; i < r->functional.n; i++) {
		t = &r->functional.v[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", t->name);
		jsonw_bool(w, "required", t->required);
		jsonw_str(w, "status", func_word(t->status));
		jsonw_str(w, "command", result_text(t->command));
		jsonw_int(w, "timeout_seconds", t->timeout_s);
		jsonw_int(w, "expected_exit_code", t->expect_exit);
		jsonw_int(w, "exit_code", t->exit_code);
		jsonw_bool(w, "timed_out", t->timed_out);
		jsonw_str(w, "stdout_tail", result_text(t->stdout_tail));
		jsonw_str(w, "stderr_tail", result_text(t->stderr_tail));
		jsonw_str(w, "error", result_text(t->error));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

/* Head and tail: the first complaint and the verdict both count. */
static void
write_logs(struct jsonw *w, const struct run *r)
{
	const char	*p = buf_str(&r->capture.text);
	size_t		 len = r->capture.text.len, head, tail;
	struct buf	 b = BUF_INIT(2 * LIBBPF_PART_MAX + 128);

	jsonw_obj(w, "logs");
	if (len <= 2 * LIBBPF_PART_MAX) {
		jsonw_strn(w, "libbpf", p, len);
	} else {
		head = verlog_head(p, len, LIBBPF_PART_MAX);
		tail = verlog_tail(p, len, LIBBPF_PART_MAX);
		buf_add(&b, p, head);
		buf_addf(&b, "[... %zu bytes left out, see the whole log "
		    "...]\n", tail - head);
		buf_add(&b, p + tail, len - tail);
		jsonw_strn(w, "libbpf", buf_str(&b), b.len);
		buf_clear(&b);
	}
	jsonw_int(w, "libbpf_bytes", (int64_t)len);
	jsonw_end(w);
}

static void
write_timing(struct jsonw *w, const struct timing *t)
{
	jsonw_obj(w, "timing_ms");
	jsonw_int(w, "facts", t->facts);
	jsonw_int(w, "probes", t->probes);
	jsonw_int(w, "open", t->open);
	jsonw_int(w, "isolated", t->isolated);
	jsonw_int(w, "experiments", t->experiments);
	jsonw_int(w, "load", t->load);
	jsonw_int(w, "attach", t->attach);
	jsonw_int(w, "functional", t->functional);
	jsonw_int(w, "total", t->total);
	jsonw_end(w);
}

int
result_write(struct run *r, struct buf *out)
{
	struct jsonw	 w;
	bool		 ok = run_passed(r);

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", "validator.v0.4");
	jsonw_str(&w, "timestamp", r->timestamp);
	jsonw_str(&w, "status", ok ? "pass" : "fail");
	jsonw_str(&w, "libbpf_version", libbpf_version_string());
	write_host(&w, r);
	write_input(&w, r);
	write_fixups(&w, r);
	write_automatic(&w, r);
	write_overrides(&w, r);
	write_variants(&w, r);
	write_capabilities(&w, r);
	environ_write(&w);
	result_discovery(&w, r);
	experiments_write(&w, &r->experiments);
	write_load(&w, r);
	write_attach(&w, r);
	write_functional(&w, r);
	write_logs(&w, r);
	write_timing(&w, &r->ms);
	jsonw_end(&w);
	return ok ? 0 : 2;
}
