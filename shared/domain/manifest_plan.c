/*
 * From a manifest to what the guest is told.  Nothing here meets a shell or
 * a command line: the plan is a frame on the wire, one word and its value a
 * line, and no value of a manifest can hold a line's end.
 */
#include "domain/manifest.h"

#include <string.h>

/* Our attach words, and how the guest's attach phase calls the place. */
static bool
names_target(const struct manifest_prog *p)
{
	static const char *const kinds[] = { "tracepoint", "raw_tracepoint",
		"kprobe", "kretprobe", "fentry", "fexit", "fmod_ret", "lsm" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], p->kind) == 0)
			return p->target[0] != '\0';
	return false;
}

static void
plan_maps(const struct manifest *m, struct buf *b)
{
	for (size_t i = 0; i < m->nmaps; i++) {
		const struct manifest_map	*f = &m->maps[i];

		if (f->entries == MANIFEST_CPUS)
			buf_addf(b, "option=--set-map-max-entries %s=cpus\n",
			    f->name);
		else if (f->entries != 0)
			buf_addf(b, "option=--set-map-max-entries %s=%lld\n",
			    f->name, (long long)f->entries);
		if (f->ringbuf_bytes != 0)
			buf_addf(b, "option=--set-map-inner-ringbuf %s=%u\n",
			    f->name, f->ringbuf_bytes);
		if (f->inner_type[0] != '\0')
			buf_addf(b, "option=--set-map-inner-map "
			    "%s=%s:%u:%u:%u\n", f->name, f->inner_type,
			    f->inner_key, f->inner_value, f->inner_entries);
	}
}

static void
plan_groups(const struct manifest *m, struct buf *b)
{
	for (size_t i = 0; i < m->ngroups; i++) {
		const struct manifest_group	*g = &m->groups[i];

		buf_addf(b, "option=--prog-variants %s=", g->name);
		for (size_t k = 0; k < g->n; k++) {
			buf_addf(b, "%s%s", k > 0 ? "," : "", g->v[k].name);
			if (g->v[k].helper != 0)
				buf_addf(b, ":%u", g->v[k].helper);
			if (g->v[k].trial)
				buf_adds(b, ":trial");
		}
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < m->ncompanions; i++)
		buf_addf(b, "option=--probe-companions %s\n",
		    m->companions[i]);
}

static void
plan_programs(const struct manifest *m, struct buf *b)
{
	for (size_t i = 0; i < m->ntypes; i++)
		buf_addf(b, "option=--set-prog-type %s=%s\n",
		    m->types[i].selector, m->types[i].type);
	for (size_t i = 0; i < m->nprogs; i++) {
		const struct manifest_prog	*p = &m->progs[i];

		if (p->required)
			buf_addf(b, "option=--require-attach %s\n", p->name);
		if (names_target(p))
			buf_addf(b, "option=--attach-to %s=%s:%s\n", p->name,
			    p->kind, p->target);
	}
}

static void
plan_test(const struct manifest_test *t, struct buf *b)
{
	buf_addf(b, "BEGIN\nname=%s\ncommand=%s\nrequired=%s\n"
	    "timeout_seconds=%d\nexpect_exit_code=%d\n", t->name, t->command,
	    t->required ? "true" : "false", t->timeout_s, t->exit_code);
	if (t->out[0] != '\0')
		buf_addf(b, "expect_stdout_contains=%s\n", t->out);
	if (t->err[0] != '\0')
		buf_addf(b, "expect_stderr_contains=%s\n", t->err);
	buf_adds(b, "END\n");
}

enum err
manifest_plan(const struct manifest *m, const char *mode, struct buf *b)
{
	bool	 tests = strcmp(mode, "load_only") != 0 &&
		    strcmp(mode, "load_attach") != 0;

	buf_adds(b, "functional_plan.v0.2\n");
	plan_maps(m, b);
	plan_programs(m, b);
	plan_groups(m, b);
	for (size_t i = 0; tests && i < m->ntests; i++)
		plan_test(&m->tests[i], b);
	return buf_err(b);
}
