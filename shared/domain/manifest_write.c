/*
 * A manifest as a file again, with one more test: a case of a suite brings
 * its own.  It is JSON, which the YAML reader takes, and says what the
 * original said except for free metadata.
 */
#include <stdio.h>

#include "base/json_out.h"
#include "domain/manifest.h"

static void
programs(struct jsonw *w, const struct manifest *m)
{
	if (m->nprogs == 0)
		return;
	jsonw_arr(w, "programs");
	for (size_t i = 0; i < m->nprogs; i++) {
		const struct manifest_prog	*p = &m->progs[i];

		jsonw_obj(w, NULL);
		jsonw_str(w, "name", p->name);
		jsonw_str_opt(w, "section", p->section);
		jsonw_str_opt(w, "type", p->type);
		jsonw_obj(w, "attach");
		jsonw_str_opt(w, "kind", p->kind);
		jsonw_str_opt(w, "symbol", p->target);
		jsonw_bool(w, "required", p->required);
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
maps(struct jsonw *w, const struct manifest *m)
{
	char	 n[24];

	if (m->nmaps == 0)
		return;
	jsonw_arr(w, "maps");
	for (size_t i = 0; i < m->nmaps; i++) {
		const struct manifest_map	*p = &m->maps[i];

		jsonw_obj(w, NULL);
		jsonw_str(w, "name", p->name);
		snprintf(n, sizeof(n), "%lld", (long long)p->entries);
		if (p->entries != 0)
			jsonw_str(w, "max_entries", p->entries ==
			    MANIFEST_CPUS ? "cpus" : n);
		jsonw_int_opt(w, "inner_ringbuf_bytes", p->ringbuf_bytes);
		if (p->inner_type[0] != '\0') {
			jsonw_obj(w, "inner_map");
			jsonw_str(w, "type", p->inner_type);
			jsonw_int(w, "key_size", p->inner_key);
			jsonw_int(w, "value_size", p->inner_value);
			jsonw_int(w, "max_entries", p->inner_entries);
			jsonw_end(w);
		}
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
types(struct jsonw *w, const struct manifest *m)
{
	if (m->ntypes == 0)
		return;
	jsonw_arr(w, "program_types");
	for (size_t i = 0; i < m->ntypes; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "program", m->types[i].selector);
		jsonw_str(w, "type", m->types[i].type);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
variant(struct jsonw *w, const struct manifest_variant *v)
{
	char	 n[16];

	jsonw_obj(w, NULL);
	jsonw_str(w, "name", v->name);
	snprintf(n, sizeof(n), "%u", (unsigned int)v->helper);
	if (v->helper != 0)
		jsonw_str(w, "requires_helper", n);
	if (v->trial)
		jsonw_str(w, "probe", "trial_load");
	jsonw_end(w);
}

static void
groups(struct jsonw *w, const struct manifest *m)
{
	if (m->ngroups == 0)
		return;
	jsonw_arr(w, "program_variants");
	for (size_t i = 0; i < m->ngroups; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "group", m->groups[i].name);
		jsonw_arr(w, "programs");
		for (size_t k = 0; k < m->groups[i].n; k++)
			variant(w, &m->groups[i].v[k]);
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
test(struct jsonw *w, const struct manifest_test *t)
{
	char	 limit[16];

	jsonw_obj(w, NULL);
	jsonw_str(w, "name", t->name);
	jsonw_str(w, "command", t->command);
	jsonw_bool(w, "required", t->required);
	snprintf(limit, sizeof(limit), "%ds", t->timeout_s);
	jsonw_str(w, "timeout", limit);
	jsonw_int(w, "expect_exit_code", t->exit_code);
	jsonw_str_opt(w, "expect_stdout_contains", t->out);
	jsonw_str_opt(w, "expect_stderr_contains", t->err);
	jsonw_end(w);
}

static void
expects(struct jsonw *w, const struct manifest *m)
{
	if (m->nexpects == 0)
		return;
	jsonw_arr(w, "expect");
	for (size_t i = 0; i < m->nexpects; i++) {
		const struct manifest_expect	*x = &m->expects[i];

		jsonw_obj(w, NULL);
		jsonw_strs_opt(w, "profiles", x->profiles, x->nprofiles);
		jsonw_str_opt(w, "kernels", x->kernels);
		jsonw_str_opt(w, "program", x->program);
		jsonw_str(w, "result", x->fail ? "fail" : "pass");
		jsonw_str_opt(w, "code", x->code);
		jsonw_str_opt(w, "reason", x->reason);
		jsonw_str(w, "unexpected_pass", x->allow_pass ? "allow" :
		    "block");
		jsonw_end(w);
	}
	jsonw_end(w);
}

enum err
manifest_write(const struct manifest *m, const struct manifest_test *more,
    struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str_opt(&w, "name", m->name);
	programs(&w, m);
	maps(&w, m);
	types(&w, m);
	groups(&w, m);
	jsonw_strs_opt(&w, "probe_companions", m->companions, m->ncompanions);
	jsonw_strs_opt(&w, "required_profiles", m->required, m->nrequired);
	jsonw_arr(&w, "functional_tests");
	for (size_t i = 0; i < m->ntests; i++)
		test(&w, &m->tests[i]);
	test(&w, more);
	jsonw_end(&w);
	expects(&w, m);
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}
