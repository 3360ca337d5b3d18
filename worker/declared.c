#include "worker/declared.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX	400	/* bytes of a list in a message */

static const struct jval *
programs_of(const struct jval *doc)
{
	return jval_get(jval_get(doc, "discovery"), "programs");
}

static const struct jval *
maps_of(const struct jval *doc)
{
	return jval_get(jval_get(doc, "discovery"), "maps");
}

static bool
is(const struct jval *j, const char *key, const char *word)
{
	return strcmp(jval_get_str(j, key, ""), word) == 0;
}

static const struct jval *
named(const struct jval *list, const char *key, const char *name)
{
	for (size_t i = 0; i < jval_len(list); i++)
		if (is(jval_at(list, i), key, name))
			return jval_at(list, i);
	return NULL;
}

/* Takes the place of what the verdict was; "r" is taken over. */
static void
fail_as(struct collected *c, const char *stage, struct class_result *r)
{
	free(c->cls);
	c->cls = r;
	c->status = REPORT_FAIL;
	c->failed_stage = stage;
}

static void __attribute__((format(printf, 2, 3)))
fail(struct collected *c, const char *fmt, ...)
{
	struct class_result	*r = malloc(sizeof(*r));
	struct class_facts	 f = { .stage = CLASS_AT_MANIFEST };
	char			 text[CLASS_TEXT_MAX];
	va_list			 ap;

	if (r == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.error_text = text;
	classify(&f, r);
	fail_as(c, "validation", r);
}

/* "a, b, c" of what there is. */
static const char *
names(const struct jval *list, const char *key, char out[static NAMES_MAX])
{
	size_t	 at = 0;
	int	 n;

	out[0] = '\0';
	for (size_t i = 0; i < jval_len(list) && at + 8 < NAMES_MAX; i++) {
		n = snprintf(out + at, NAMES_MAX - at, "%s%.64s",
		    i > 0 ? ", " : "", jval_get_str(jval_at(list, i), key,
		    ""));
		at += (size_t)n;
	}
	if (at + 8 >= NAMES_MAX)
		snprintf(out + NAMES_MAX - 8, 8, ", ...");
	return out[0] == '\0' ? "none" : out;
}

static bool
mismatch(struct collected *c, const struct manifest *m, const char *kind,
    const char *name, const struct jval *list)
{
	char	 have[NAMES_MAX];

	fail(c, "%.64s names the %s %.64s, "
	    "which the object does not have; it has: %s", m->label, kind,
	    name, names(list, "name", have));
	return false;
}

/* --- attach kinds --------------------------------------------------------- */

/* What a section's first word, or the attach phase, calls our kinds. */
static const struct {
	const char	*kind;
	const char	*words;
} kind_words[] = {
	{ "tracepoint", " tp tracepoint " },
	{ "raw_tracepoint", " raw_tp raw_tracepoint raw_tp.w "
	    "raw_tracepoint.w tp_btf " },
	{ "kprobe", " kprobe kprobe.multi kprobe.session ksyscall " },
	{ "kretprobe", " kretprobe kretprobe.multi kretsyscall " },
	{ "fentry", " fentry fentry.s " },
	{ "fexit", " fexit fexit.s " },
	{ "fmod_ret", " fmod_ret fmod_ret.s " },
	{ "xdp", " xdp xdp.frags " },
	{ "tc", " tc tcx netkit classifier action " },
	{ "lsm", " lsm lsm.s lsm_cgroup " },
	{ "uprobe", " uprobe uprobe.s uprobe.multi uprobe.session usdt " },
	{ "uretprobe", " uretprobe uretprobe.s uretprobe.multi " },
	{ "cgroup", " cgroup cgroup_skb sockops lsm_cgroup " },
	{ "iter", " iter iter.s " },
	{ "struct_ops", " struct_ops struct_ops.s " },
	{ "freplace", " freplace " },
};

static bool
kind_fits(const char *kind, const char *section, const char *attach_kind)
{
	char	 first[48], given[48];

	snprintf(first, sizeof(first), " %.*s ", (int)strcspn(section, "/"),
	    section);
	snprintf(given, sizeof(given), " %.40s ", attach_kind);
	for (size_t i = 0; i < sizeof(kind_words) / sizeof(kind_words[0]);
	    i++)
		if (strcmp(kind_words[i].kind, kind) == 0 &&
		    (strstr(kind_words[i].words, first) != NULL ||
		    strstr(kind_words[i].words, given) != NULL))
			return true;
	return strcmp(kind, attach_kind) == 0 ||
	    (strncmp(section, kind, strlen(kind)) == 0);
}

/* A section without a target leaves it to the manifest. */
static bool
target_fits(const char *target, const char *section)
{
	const char	*slash = strchr(section, '/'), *base;

	if (slash == NULL)
		return true;
	if (strcmp(slash + 1, target) == 0)
		return true;
	/* attach.name alone, where the section has the category too. */
	base = strrchr(section, '/');
	return strchr(target, '/') == NULL && strcmp(base + 1, target) == 0;
}

/* Words that are program types of libbpf, as the document writes them. */
static bool
type_contradicts(const char *want, const char *have)
{
	static const char *const types[] = { "socket_filter", "kprobe",
		"tracepoint", "raw_tracepoint", "xdp", "perf_event",
		"cgroup_skb", "cgroup_sock", "sched_cls", "sched_act",
		"sk_skb", "sk_msg", "tracing", "lsm", "struct_ops" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], want) == 0)
			return have[0] != '\0' && strcmp(want, have) != 0;
	return false;
}

static bool
program_fits(struct collected *c, const struct manifest *m,
    const struct manifest_prog *p)
{
	const struct jval	*all = programs_of(c->result);
	const struct jval	*have = named(all, "name", p->name);
	const char		*section;

	if (have == NULL)
		return mismatch(c, m, "program", p->name, all);
	section = jval_get_str(have, "section", "");
	if (section[0] == '?')
		section++;
	if (p->section[0] != '\0' && strcmp(p->section, section) != 0 &&
	    strcmp(p->section, jval_get_str(have, "section", "")) != 0)
		fail(c, "%.64s says that "
		    "program %.64s is in section %.96s; in the object it is "
		    "in %.96s", m->label, p->name, p->section, section);
	else if (type_contradicts(p->type, jval_get_str(have, "type", "")))
		fail(c, "%.64s says that "
		    "program %.64s is of type %.64s; it is %.64s", m->label,
		    p->name, p->type, jval_get_str(have, "type", ""));
	else if (p->kind[0] != '\0' && !kind_fits(p->kind, section,
	    jval_get_str(have, "attach_kind", "")))
		fail(c, "%.64s says that "
		    "program %.64s attaches as %.32s; its section %.96s says "
		    "otherwise", m->label, p->name, p->kind, section);
	else if (p->target[0] != '\0' && !target_fits(p->target, section))
		fail(c, "%.64s attaches "
		    "program %.64s to %.96s; its section says %.96s",
		    m->label, p->name, p->target, section);
	else
		return true;
	return false;
}

/* --- everything the manifest names ------------------------------------------ */

static bool
group_fits(struct collected *c, const struct manifest *m,
    const struct manifest_group *g)
{
	const struct jval	*all = programs_of(c->result);

	for (size_t i = 0; i < g->n; i++)
		if (named(all, "name", g->v[i].name) != NULL)
			return true;
	return mismatch(c, m, "program", g->v[0].name, all);
}

static bool
map_fits(struct collected *c, const struct manifest *m,
    const struct manifest_map *f)
{
	const struct jval	*fix;

	if (named(maps_of(c->result), "name", f->name) == NULL)
		return mismatch(c, m, "map", f->name, maps_of(c->result));
	fix = named(jval_get(c->result, "map_fixups"), "name", f->name);
	if (fix == NULL || !is(fix, "status", "error"))
		return true;
	fail(c, "the map %.64s could not be set "
	    "up as %.64s says: %.100s", f->name, m->label,
	    strerror((int)-jval_get_int(fix, "errno", 0)));
	return false;
}

static bool
names_fit(struct collected *c, const struct manifest *m)
{
	const struct jval	*all = programs_of(c->result);
	bool			 ok = true;

	for (size_t i = 0; i < m->nprogs && ok; i++)
		ok = program_fits(c, m, &m->progs[i]);
	for (size_t i = 0; i < m->nmaps && ok; i++)
		ok = map_fits(c, m, &m->maps[i]);
	for (size_t i = 0; i < m->ngroups && ok; i++)
		ok = group_fits(c, m, &m->groups[i]);
	for (size_t i = 0; i < m->ncompanions && ok; i++)
		if (named(all, "name", m->companions[i]) == NULL)
			ok = mismatch(c, m, "companion", m->companions[i],
			    all);
	for (size_t i = 0; i < m->ntypes && ok; i++)
		if (named(all, "name", m->types[i].selector) == NULL &&
		    named(all, "section", m->types[i].selector) == NULL)
			ok = mismatch(c, m, "program", m->types[i].selector,
			    all);
	for (size_t i = 0; i < m->nexpects && ok; i++)
		if (m->expects[i].program[0] != '\0' &&
		    named(all, "name", m->expects[i].program) == NULL)
			ok = mismatch(c, m, "program", m->expects[i].program,
			    all);
	return ok;
}

/* The last of a group is what a loader falls back to: it tells the cause. */
static const struct class_result *
cause_in_group(const struct collected *c, const struct manifest_group *g)
{
	const struct jval	*all = programs_of(c->result);

	for (size_t i = g->n; i-- > 0; )
		for (size_t k = 0; k < c->nprogs; k++)
			if (c->prog_cls[k] != NULL && is(jval_at(all, k),
			    "name", g->v[i].name))
				return c->prog_cls[k];
	return NULL;
}

/*
 * A group of which no program works here is an event nobody watches.  The
 * cause is that of its last resort.
 */
static void
no_winner(struct collected *c, const struct manifest_group *g)
{
	const struct class_result	*why = cause_in_group(c, g);
	struct class_result		*r;
	char				 text[CLASS_TEXT_MAX];

	if (why == NULL) {
		fail(c, "no program of the group %.64s can be used on this "
		    "kernel", g->name);
		return;
	}
	if ((r = malloc(sizeof(*r))) == NULL)
		return;
	*r = *why;
	snprintf(text, sizeof(text), "no program of the group %.64s can be "
	    "used on this kernel: %.400s", g->name, why->reason);
	memcpy(r->reason, text, sizeof(r->reason));
	fail_as(c, "load", r);
}

static void
groups_have_a_winner(struct collected *c, const struct manifest *m)
{
	const struct jval	*groups, *g;

	groups = jval_get(c->result, "program_variants");
	for (size_t i = 0; i < m->ngroups && c->status == REPORT_PASS; i++) {
		g = named(groups, "group", m->groups[i].name);
		if (g != NULL && is(g, "chosen", ""))
			no_winner(c, &m->groups[i]);
	}
}

/* --- expectations ------------------------------------------------------------- */

/* A variant that lost is out of the game, whatever it would have done. */
static size_t
seen_programs(const struct collected *c, struct expect_prog *p, size_t max)
{
	const struct jval	*all = programs_of(c->result), *j;
	size_t			 n = 0;
	bool			 failed;

	for (size_t i = 0; i < jval_len(all) && n < max; i++) {
		j = jval_at(all, i);
		if (jval_get_bool(j, "variant_off", false))
			continue;
		failed = is(j, "load_status", "fail") ||
		    is(j, "attach_status", "fail");
		p[n].name = jval_get_str(j, "name", "");
		p[n].code = !failed ? NULL : i < c->nprogs &&
		    c->prog_cls[i] != NULL ? c->prog_cls[i]->code :
		    CLASS_UNKNOWN;
		n++;
	}
	return n;
}

static void
judge_expected(const struct manifest *m, const char *profile_id,
    const char *release, struct collected *c)
{
	struct expect_seen	 s = { .profile_id = profile_id,
				    .release = release };
	struct expect_prog	*p;
	size_t			 n = jval_len(programs_of(c->result));

	if ((p = calloc(n + 1, sizeof(*p))) == NULL)
		return;
	s.told = c->status != REPORT_INFRA;
	s.failed = c->status == REPORT_FAIL;
	s.code = c->cls != NULL ? c->cls->code : "";
	s.by_programs = c->failed_stage != NULL &&
	    (strcmp(c->failed_stage, "load") == 0 ||
	    strcmp(c->failed_stage, "attach") == 0);
	s.progs = p;
	s.nprogs = seen_programs(c, p, n);
	expect_judge(m, &s, &c->expected);
	free(p);
}

void
declared_judge(const struct manifest *m, const char *profile_id,
    const char *release, struct collected *c)
{
	bool	 known = c->result != NULL && c->status != REPORT_INFRA &&
		    !jval_get_bool(jval_get(c->result, "input"),
		    "command_mode", false) &&
		    jval_len(programs_of(c->result)) > 0;

	if (known && names_fit(c, m))
		groups_have_a_winner(c, m);
	judge_expected(m, profile_id, release, c);
}
