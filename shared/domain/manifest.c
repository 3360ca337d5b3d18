#include "domain/manifest.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "base/timefmt.h"
#include "domain/expect.h"

#define IDENT	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"	\
		"0123456789_."
#define SELECTOR_MAX	128	/* a section name */
#define TEXT_MAX	255	/* free text and expected output */
#define U32		UINT32_MAX

static const struct ykey attach_keys[] = {
	{ "kind", Y_STR, false, 0, 32, NULL },
	{ "category", Y_STR, false, 0, 128, NULL },
	{ "name", Y_STR, false, 0, 128, NULL },
	{ "symbol", Y_STR, false, 0, 256, NULL },
	{ "required", Y_BOOL, false, 0, 0, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey prog_keys[] = {
	{ "name", Y_STR, true, 1, 128, NULL },
	{ "section", Y_STR, false, 0, 256, NULL },
	{ "type", Y_STR, false, 0, 64, NULL },
	{ "attach", Y_MAP, false, 0, 0, attach_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey inner_keys[] = {
	{ "type", Y_STR, true, 1, 32, NULL },
	{ "key_size", Y_INT, false, 0, U32, NULL },
	{ "value_size", Y_INT, true, 1, U32, NULL },
	{ "max_entries", Y_INT, true, 1, U32, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey map_keys[] = {
	{ "name", Y_STR, true, 1, MANIFEST_NAME_MAX, NULL },
	{ "max_entries", Y_STR, false, 1, 16, NULL },
	{ "inner_ringbuf_bytes", Y_INT, false, 0, U32, NULL },
	{ "inner_map", Y_MAP, false, 0, 0, inner_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey type_keys[] = {
	{ "program", Y_STR, true, 1, SELECTOR_MAX, NULL },
	{ "type", Y_STR, true, 1, 32, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey variant_keys[] = {
	{ "name", Y_STR, true, 1, MANIFEST_NAME_MAX, NULL },
	{ "requires_helper", Y_STR, false, 1, 64, NULL },
	{ "probe", Y_STR, false, 0, 32, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey group_keys[] = {
	{ "group", Y_STR, true, 1, MANIFEST_NAME_MAX, NULL },
	{ "programs", Y_MAPS, true, 1, MANIFEST_VARIANTS_MAX, variant_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey test_keys[] = {
	{ "name", Y_STR, true, 1, 127, NULL },
	{ "command", Y_STR, true, 1, MANIFEST_COMMAND_MAX, NULL },
	{ "required", Y_BOOL, false, 0, 0, NULL },
	{ "timeout", Y_STR, false, 1, 32, NULL },
	{ "expect_exit_code", Y_INT, false, 0, 255, NULL },
	{ "expect_stdout_contains", Y_STR, false, 0, TEXT_MAX, NULL },
	{ "expect_stderr_contains", Y_STR, false, 0, TEXT_MAX, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey expect_keys[] = {
	{ "profiles", Y_STRS, false, 1, PROFILES_MAX, NULL },
	{ "kernels", Y_STR, false, 1, 128, NULL },
	{ "program", Y_STR, false, 1, 128, NULL },
	{ "result", Y_STR, true, 1, 8, NULL },
	{ "code", Y_STR, false, 1, 64, NULL },
	{ "reason", Y_STR, false, 0, TEXT_MAX, NULL },
	{ "unexpected_pass", Y_STR, false, 1, 8, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey manifest_keys[] = {
	{ "name", Y_STR, false, 0, 128, NULL },
	{ "programs", Y_MAPS, false, 0, MANIFEST_PROGRAMS_MAX, prog_keys },
	{ "maps", Y_MAPS, false, 0, MANIFEST_MAPS_MAX, map_keys },
	{ "program_types", Y_MAPS, false, 0, MANIFEST_TYPES_MAX, type_keys },
	{ "program_variants", Y_MAPS, false, 0, MANIFEST_GROUPS_MAX,
	    group_keys },
	{ "probe_companions", Y_STRS, false, 0, MANIFEST_COMPANIONS_MAX,
	    NULL },
	{ "required_profiles", Y_STRS, false, 0, PROFILES_MAX, NULL },
	{ "functional_tests", Y_MAPS, false, 0, MANIFEST_TESTS_MAX,
	    test_keys },
	{ "expect", Y_MAPS, false, 0, MANIFEST_EXPECT_MAX, expect_keys },
	{ "metadata", Y_FREE, false, 0, 0, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

/* --- what the readers below share ---------------------------------------- */

struct	reader {
	const struct ydoc	*doc;
	const struct profile_set *known;
	struct manifest		*m;
	struct diag		*d;
	char			 path[80];	/* "maps[3]" */
	const struct yval	*at;		/* that value */
};

static enum err
fail(const struct reader *r, const char *key, const char *text,
    const char *word)
{
	const struct yval	*v = yval_get(r->at, key);
	char			 where[DIAG_FIELD_MAX];

	snprintf(where, sizeof(where), "%s%s%s", r->path,
	    key[0] != '\0' ? "." : "", key);
	return ydoc_fail(r->doc, v != NULL ? v : r->at, r->d, where,
	    "%s%s%s%s", text, word != NULL ? ": \"" : "",
	    word != NULL ? word : "", word != NULL ? "\"" : "");
}

static const char *
text(const struct reader *r, const char *key)
{
	return yval_str(yval_get(r->at, key), "");
}

/* Member "key" of the present value, "" when it is not there. */
static enum err
dup_text(const struct reader *r, const char *key, char **out)
{
	return (*out = strdup(text(r, key))) == NULL ? ERR_NOMEM : ERR_OK;
}

static bool
ident(const char *s)
{
	return s[0] != '\0' && s[strspn(s, IDENT)] == '\0' &&
	    strlen(s) <= MANIFEST_NAME_MAX;
}

static const char ident_rule[] =
    "must be 1 to 64 letters, digits, \"_\" and \".\"";

static bool
in_list(char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

static bool
one_of(const char *const *words, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], s) == 0)
			return true;
	return false;
}

#define ONE_OF(words, s)						\
	one_of((words), sizeof(words) / sizeof((words)[0]), (s))

/* --- programs -------------------------------------------------------------- */

static enum err
attach_target(struct reader *r, const struct yval *a, char **out)
{
	const char	*category = yval_str(yval_get(a, "category"), "");
	const char	*name = yval_str(yval_get(a, "name"), "");
	const char	*symbol = yval_str(yval_get(a, "symbol"), "");

	if (name[0] != '\0' && symbol[0] != '\0')
		return ydoc_fail(r->doc, yval_get(a, "symbol"), r->d,
		    r->path, "give attach.name or attach.symbol, not both");
	if (category[0] != '\0' && name[0] == '\0')
		return ydoc_fail(r->doc, yval_get(a, "category"), r->d,
		    r->path, "attach.category needs attach.name");
	if (asprintf(out, "%s%s%s%s", category, category[0] != '\0' ? "/" :
	    "", name, symbol) == -1) {
		*out = NULL;
		return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err
read_prog(struct reader *r, size_t i)
{
	static const char *const kinds[] = { "", "tracepoint",
		"raw_tracepoint", "kprobe", "kretprobe", "fentry", "fexit",
		"fmod_ret", "xdp", "tc", "cgroup", "lsm", "uprobe",
		"uretprobe", "usdt", "iter", "perf_event", "netfilter",
		"sk_lookup", "sk_msg", "sk_skb", "sockops", "socket",
		"flow_dissector", "struct_ops", "syscall", "freplace" };
	struct manifest_prog	*p = &r->m->progs[i];
	const struct yval	*a = yval_get(r->at, "attach");
	const char		*kind = yval_str(yval_get(a, "kind"), "");
	const char		*name = text(r, "name");
	enum err		 e;

	if (name[strspn(name, IDENT)] != '\0')
		return fail(r, "name", "must be letters, digits, \"_\" and "
		    "\".\"", name);
	for (size_t k = 0; k < i; k++)
		if (strcmp(r->m->progs[k].name, name) == 0)
			return fail(r, "name", "is listed twice", name);
	if (!ONE_OF(kinds, kind))
		return ydoc_fail(r->doc, yval_get(a, "kind"), r->d, r->path,
		    "attach.kind is not a kind of attachment: \"%s\"; "
		    "kprobe, tracepoint, fentry, xdp, ... are "
		    "(bpfcompat-manifest(5) lists them)", kind);
	if ((e = dup_text(r, "name", &p->name)) != ERR_OK ||
	    (e = dup_text(r, "section", &p->section)) != ERR_OK ||
	    (e = dup_text(r, "type", &p->type)) != ERR_OK ||
	    (e = attach_target(r, a, &p->target)) != ERR_OK)
		return e;
	p->required = yval_bool(yval_get(a, "required"), false);
	return (p->kind = strdup(kind)) == NULL ? ERR_NOMEM : ERR_OK;
}

/* --- maps and types --------------------------------------------------------- */

/* Decimal, 1 to 2^32-1, nothing else. */
static bool
positive(const char *s, int64_t *n)
{
	size_t	 len = strspn(s, "0123456789");

	if (len == 0 || len > 10 || s[len] != '\0')
		return false;
	*n = strtoll(s, NULL, 10);
	return *n >= 1 && *n <= (int64_t)U32;
}

static enum err
read_inner(struct reader *r, const struct yval *in, struct manifest_map *m)
{
	static const char *const types[] = { "hash", "array", "lru_hash",
		"percpu_hash", "percpu_array", "lru_percpu_hash" };
	const char	*type = yval_str(yval_get(in, "type"), "");

	if (in == NULL)
		return (m->inner_type = strdup("")) == NULL ? ERR_NOMEM :
		    ERR_OK;
	if (!ONE_OF(types, type))
		return ydoc_fail(r->doc, yval_get(in, "type"), r->d, r->path,
		    "inner_map.type must be hash, array, lru_hash, "
		    "percpu_hash, percpu_array or lru_percpu_hash, not "
		    "\"%s\"", type);
	m->inner_key = (uint32_t)yval_int(yval_get(in, "key_size"), 0);
	m->inner_value = (uint32_t)yval_int(yval_get(in, "value_size"), 0);
	m->inner_entries = (uint32_t)yval_int(yval_get(in, "max_entries"),
	    0);
	return (m->inner_type = strdup(type)) == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
read_map(struct reader *r, size_t i)
{
	struct manifest_map	*m = &r->m->maps[i];
	const char		*name = text(r, "name");
	const char		*entries = text(r, "max_entries");
	enum err		 e;

	if (!ident(name))
		return fail(r, "name", ident_rule, name);
	for (size_t k = 0; k < i; k++)
		if (strcmp(r->m->maps[k].name, name) == 0)
			return fail(r, "name", "is listed twice", name);
	if (strcmp(entries, "cpus") == 0)
		m->entries = MANIFEST_CPUS;
	else if (entries[0] != '\0' && !positive(entries, &m->entries))
		return fail(r, "max_entries", "must be cpus or a number from "
		    "1 to 4294967295", entries);
	m->ringbuf_bytes = (uint32_t)yval_int(yval_get(r->at,
	    "inner_ringbuf_bytes"), 0);
	if ((e = dup_text(r, "name", &m->name)) != ERR_OK ||
	    (e = read_inner(r, yval_get(r->at, "inner_map"), m)) != ERR_OK)
		return e;
	if (m->entries == 0 && m->ringbuf_bytes == 0 &&
	    m->inner_type[0] == '\0')
		return fail(r, "", "needs max_entries, inner_ringbuf_bytes "
		    "or inner_map", NULL);
	return ERR_OK;
}

static enum err
read_type(struct reader *r, size_t i)
{
	static const char *const types[] = { "socket_filter", "kprobe",
		"tracepoint", "raw_tracepoint", "xdp", "perf_event",
		"cgroup_skb", "cgroup_sock", "sched_cls", "sched_act",
		"sk_skb", "sk_msg", "tracing", "lsm" };
	struct manifest_type	*t = &r->m->types[i];
	const char		*sel = text(r, "program");
	enum err		 e;

	if (sel[strspn(sel, IDENT "/-")] != '\0')
		return fail(r, "program", "must be letters, digits, \"_\", "
		    "\".\", \"/\" and \"-\"", sel);
	if (!ONE_OF(types, text(r, "type")))
		return fail(r, "type", "must be socket_filter, kprobe, "
		    "tracepoint, raw_tracepoint, xdp, perf_event, "
		    "cgroup_skb, cgroup_sock, sched_cls, sched_act, sk_skb, "
		    "sk_msg, tracing or lsm", text(r, "type"));
	e = dup_text(r, "program", &t->selector);
	return e == ERR_OK ? dup_text(r, "type", &t->type) : e;
}

/* --- variants ---------------------------------------------------------------- */

/* The kernel's own list; its place in it is the helper's number. */
#define HELPER(name)	"bpf_" #name
static const char *const helpers[] = { __BPF_FUNC_MAPPER(HELPER) };

uint32_t
manifest_helper(const char *word)
{
	int64_t	 n;

	if (positive(word, &n))
		return (uint32_t)n;
	for (uint32_t i = 1; i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (strcmp(helpers[i], word) == 0)
			return i;
	return 0;
}

static bool
has_variant(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->ngroups; i++)
		for (size_t k = 0; k < m->groups[i].n; k++)
			if (strcmp(m->groups[i].v[k].name, name) == 0)
				return true;
	return false;
}

static enum err
read_variant(struct reader *r, struct manifest_group *g)
{
	struct manifest_variant	*v = &g->v[g->n];
	const char		*name = text(r, "name");
	const char		*helper = text(r, "requires_helper");
	const char		*probe = text(r, "probe");

	if (!ident(name))
		return fail(r, "name", ident_rule, name);
	if (has_variant(r->m, name))
		return fail(r, "name", "belongs to a group already", name);
	if (helper[0] != '\0' && (v->helper = manifest_helper(helper)) == 0)
		return fail(r, "requires_helper", "is no helper that this "
		    "version knows by name; give its number", helper);
	if (probe[0] != '\0' && strcmp(probe, "trial_load") != 0)
		return fail(r, "probe", "must be trial_load", probe);
	v->trial = probe[0] != '\0';
	if ((v->name = strdup(name)) == NULL)
		return ERR_NOMEM;
	g->n++;
	return ERR_OK;
}

static enum err
read_group(struct reader *r, size_t i)
{
	struct manifest_group	*g = &r->m->groups[i];
	const struct yval	*list = yval_get(r->at, "programs");
	const struct yval	*at = r->at;
	char			 path[sizeof(r->path)];
	enum err		 e = ERR_OK;

	if (!ident(text(r, "group")))
		return fail(r, "group", ident_rule, text(r, "group"));
	for (size_t k = 0; k < i; k++)
		if (strcmp(r->m->groups[k].name, text(r, "group")) == 0)
			return fail(r, "group", "is listed twice",
			    text(r, "group"));
	if ((e = dup_text(r, "group", &g->name)) != ERR_OK)
		return e;
	if ((g->v = calloc(yval_len(list), sizeof(*g->v))) == NULL)
		return ERR_NOMEM;
	memcpy(path, r->path, sizeof(path));
	for (size_t k = 0; k < yval_len(list) && e == ERR_OK; k++) {
		snprintf(r->path, sizeof(r->path), "%.40s.programs[%zu]",
		    path, k);
		r->at = yval_at(list, k);
		e = read_variant(r, g);
	}
	memcpy(r->path, path, sizeof(path));
	r->at = at;
	return e;
}

/* --- tests ------------------------------------------------------------------- */

static enum err
read_test(struct reader *r, size_t i)
{
	struct manifest_test	*t = &r->m->tests[i];
	const char		*limit = text(r, "timeout");
	int64_t			 ms = MANIFEST_TEST_MS;
	enum err		 e;

	for (size_t k = 0; k < i; k++)
		if (strcmp(r->m->tests[k].name, text(r, "name")) == 0)
			return fail(r, "name", "is listed twice",
			    text(r, "name"));
	if (limit[0] != '\0' && (time_parse_duration(limit, &ms) != ERR_OK ||
	    ms <= 0 || ms > MANIFEST_TEST_MAX_MS))
		return fail(r, "timeout", "must be a duration such as 20s, "
		    "over zero and at most 5m", limit);
	t->timeout_s = (int)((ms + 999) / 1000);
	t->exit_code = (int)yval_int(yval_get(r->at, "expect_exit_code"), 0);
	t->required = yval_bool(yval_get(r->at, "required"), true);
	if ((e = dup_text(r, "name", &t->name)) != ERR_OK ||
	    (e = dup_text(r, "command", &t->command)) != ERR_OK ||
	    (e = dup_text(r, "expect_stdout_contains", &t->out)) != ERR_OK)
		return e;
	return dup_text(r, "expect_stderr_contains", &t->err);
}

/* --- lists of names ------------------------------------------------------------ */

static enum err
read_companion(struct reader *r, size_t i)
{
	const char	*s = yval_str(r->at, "");

	if (!ident(s))
		return fail(r, "", ident_rule, s);
	if (in_list(r->m->companions, i, s))
		return fail(r, "", "is listed twice", s);
	return (r->m->companions[i] = strdup(s)) == NULL ? ERR_NOMEM :
	    ERR_OK;
}

static enum err
read_required(struct reader *r, size_t i)
{
	const char	*s = yval_str(r->at, "");

	if (in_list(r->m->required, i, s))
		return fail(r, "", "is listed twice", s);
	if (!profile_id_ok(s) || (r->known != NULL &&
	    profile_set_find(r->known, s) == NULL))
		return fail(r, "", "is no profile (\"bpfcompat kernels "
		    "list\" shows them)", s);
	return (r->m->required[i] = strdup(s)) == NULL ? ERR_NOMEM : ERR_OK;
}

/* --- expectations ----------------------------------------------------------------- */

/* A pattern that fits nothing is a slip of the pen. */
static bool
fits_a_profile(const struct profile_set *known, const char *glob)
{
	for (size_t i = 0; i < known->n; i++)
		if (fnmatch(glob, known->item[i]->id, 0) == 0)
			return true;
	return false;
}

static enum err
expect_profiles(struct reader *r, struct manifest_expect *x)
{
	const struct yval	*list = yval_get(r->at, "profiles");
	size_t			 n = yval_len(list);

	if (n > 0 && (x->profiles = calloc(n, sizeof(*x->profiles))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const char	*s = yval_str(yval_at(list, i), "");

		if (s[strspn(s, IDENT "-*?[]")] != '\0' ||
		    strlen(s) > PROFILE_ID_MAX)
			return fail(r, "profiles", "must be profile ids or "
			    "patterns with * and ?", s);
		if (r->known != NULL && !fits_a_profile(r->known, s))
			return fail(r, "profiles", "fits no profile "
			    "(\"bpfcompat kernels list\" shows them)", s);
		if ((x->profiles[i] = strdup(s)) == NULL)
			return ERR_NOMEM;
		x->nprofiles = i + 1;
	}
	return ERR_OK;
}

static bool
code_ok(const char *s)
{
	for (; *s != '\0'; s++)
		if (!isupper((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static enum err
read_expect(struct reader *r, size_t i)
{
	static const char *const results[] = { "fail", "pass" };
	static const char *const words[] = { "", "block", "allow" };
	struct manifest_expect	*x = &r->m->expects[i];
	enum err		 e;

	r->m->nexpects = i + 1;
	x->fail = strcmp(text(r, "result"), "fail") == 0;
	x->allow_pass = strcmp(text(r, "unexpected_pass"), "allow") == 0;
	if ((e = dup_text(r, "kernels", &x->kernels)) != ERR_OK ||
	    (e = dup_text(r, "program", &x->program)) != ERR_OK ||
	    (e = dup_text(r, "code", &x->code)) != ERR_OK ||
	    (e = dup_text(r, "reason", &x->reason)) != ERR_OK)
		return e;
	if (!ONE_OF(results, text(r, "result")))
		return fail(r, "result", "must be fail or pass",
		    text(r, "result"));
	if (!ONE_OF(words, text(r, "unexpected_pass")))
		return fail(r, "unexpected_pass", "must be block or allow",
		    text(r, "unexpected_pass"));
	if (x->code[0] != '\0' && !x->fail)
		return fail(r, "code", "goes with result fail only", x->code);
	if (!code_ok(x->code))
		return fail(r, "code", "must be the code of a failure, such "
		    "as MISSING_HELPER", x->code);
	if (x->kernels[0] != '\0' && !expect_kernels_ok(x->kernels))
		return fail(r, "kernels", "must be kernel versions with <, "
		    "<=, >, >= or =, such as \"<5.17\" or \">=5.4,<6.1\"",
		    x->kernels);
	if (x->kernels[0] == '\0' &&
	    yval_len(yval_get(r->at, "profiles")) == 0)
		return fail(r, "", "needs profiles or kernels", NULL);
	return expect_profiles(r, x);
}

/* --- the file as a whole ------------------------------------------------------------ */

struct	list {
	const char	*key;
	size_t		 array;	/* where in struct manifest */
	size_t		 count;
	size_t		 size;	/* of an element */
	enum err	 (*read)(struct reader *, size_t);
};

#define LIST(key, array, count, read)					\
	{ (key), offsetof(struct manifest, array),			\
	    offsetof(struct manifest, count),				\
	    sizeof(*((struct manifest *)0)->array), (read) }

static const struct list lists[] = {
	LIST("programs", progs, nprogs, read_prog),
	LIST("maps", maps, nmaps, read_map),
	LIST("program_types", types, ntypes, read_type),
	LIST("program_variants", groups, ngroups, read_group),
	LIST("probe_companions", companions, ncompanions, read_companion),
	LIST("required_profiles", required, nrequired, read_required),
	LIST("functional_tests", tests, ntests, read_test),
	LIST("expect", expects, nexpects, read_expect),
};

static enum err
read_list(struct reader *r, const struct list *l, const struct yval *root)
{
	const struct yval	*v = yval_get(root, l->key);
	size_t			 n = yval_len(v);
	void			*p;
	enum err		 e = ERR_OK;

	if (n == 0)
		return ERR_OK;
	if ((p = calloc(n, l->size)) == NULL)
		return ERR_NOMEM;
	memcpy((char *)r->m + l->array, &p, sizeof(p));
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		/* Half-read elements are freed with the rest. */
		i++;
		memcpy((char *)r->m + l->count, &i, sizeof(i));
		i--;
		snprintf(r->path, sizeof(r->path), "%s[%zu]", l->key, i);
		r->at = yval_at(v, i);
		e = l->read(r, i);
	}
	return e;
}

/* "", "  # words", "---" and "..." say nothing. */
static bool
line_blank(const char *s, size_t len)
{
	if (len >= 3 && (memcmp(s, "---", 3) == 0 ||
	    memcmp(s, "...", 3) == 0)) {
		s += 3;
		len -= 3;
	}
	while (len > 0 && isspace((unsigned char)*s)) {
		s++;
		len--;
	}
	return len == 0 || *s == '#';
}

/* A file that says nothing is a valid manifest. */
static bool
is_blank(const char *s, size_t len)
{
	const char	*nl;
	size_t		 n;

	for (; len > 0; s += n, len -= n) {
		nl = memchr(s, '\n', len);
		n = nl == NULL ? len : (size_t)(nl - s) + 1;
		if (!line_blank(s, n))
			return false;
	}
	return true;
}

enum err
manifest_parse(const char *label, const char *text_, size_t len,
    const struct profile_set *known, struct manifest *out, struct diag *d)
{
	struct manifest	 m = { 0 };
	struct reader	 r = { .known = known, .m = &m, .d = d };
	struct ydoc	*doc = NULL;
	const struct yval *root = NULL;
	enum err	 e = ERR_OK;

	if (!is_blank(text_, len)) {
		e = ydoc_parse(label, text_, len, manifest_keys, &doc, d);
		if (e != ERR_OK)
			return e;
		root = ydoc_root(doc);
	}
	r.doc = doc;
	m.label = strdup(label);
	m.name = strdup(yval_str(yval_get(root, "name"), ""));
	if (m.label == NULL || m.name == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) &&
	    e == ERR_OK; i++)
		e = read_list(&r, &lists[i], root);
	ydoc_free(doc);
	if (e == ERR_OK)
		*out = m;
	else
		manifest_clear(&m);
	return e;
}

enum err
manifest_targets(const struct manifest *m, struct job_target_new *t,
    size_t n, struct diag *d)
{
	size_t	 k;

	for (size_t i = 0; i < m->nrequired; i++) {
		for (k = 0; k < n; k++)
			if (strcmp(t[k].profile_id, m->required[i]) == 0)
				break;
		if (k == n)
			return diag_set(d, ERR_INVAL, "required_profiles",
			    "%s: required_profiles: %s is not among the "
			    "kernels of this run; add it to the matrix",
			    m->label, m->required[i]);
		t[k].required = true;
	}
	return ERR_OK;
}

static void
free_strings(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void
clear_groups(struct manifest *m)
{
	for (size_t i = 0; i < m->ngroups; i++) {
		for (size_t k = 0; k < m->groups[i].n; k++)
			free(m->groups[i].v[k].name);
		free(m->groups[i].v);
		free(m->groups[i].name);
	}
	free(m->groups);
}

static void
clear_expects(struct manifest *m)
{
	for (size_t i = 0; i < m->nexpects; i++) {
		struct manifest_expect	*x = &m->expects[i];

		free_strings(x->profiles, x->nprofiles);
		free(x->kernels);
		free(x->program);
		free(x->code);
		free(x->reason);
	}
	free(m->expects);
}

void
manifest_clear(struct manifest *m)
{
	for (size_t i = 0; i < m->nprogs; i++) {
		free(m->progs[i].name);
		free(m->progs[i].section);
		free(m->progs[i].type);
		free(m->progs[i].kind);
		free(m->progs[i].target);
	}
	for (size_t i = 0; i < m->nmaps; i++) {
		free(m->maps[i].name);
		free(m->maps[i].inner_type);
	}
	for (size_t i = 0; i < m->ntypes; i++) {
		free(m->types[i].selector);
		free(m->types[i].type);
	}
	for (size_t i = 0; i < m->ntests; i++) {
		free(m->tests[i].name);
		free(m->tests[i].command);
		free(m->tests[i].out);
		free(m->tests[i].err);
	}
	free(m->progs);
	free(m->maps);
	free(m->types);
	free(m->tests);
	clear_groups(m);
	clear_expects(m);
	free_strings(m->companions, m->ncompanions);
	free_strings(m->required, m->nrequired);
	free(m->label);
	free(m->name);
	memset(m, 0, sizeof(*m));
}
