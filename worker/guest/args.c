#include "args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

struct	word {
	const char	*name;
	uint32_t	 num;
};

static const struct word inner_types[] = {
	{ "hash",		BPF_MAP_TYPE_HASH },
	{ "array",		BPF_MAP_TYPE_ARRAY },
	{ "lru_hash",		BPF_MAP_TYPE_LRU_HASH },
	{ "percpu_hash",	BPF_MAP_TYPE_PERCPU_HASH },
	{ "percpu_array",	BPF_MAP_TYPE_PERCPU_ARRAY },
	{ "lru_percpu_hash",	BPF_MAP_TYPE_LRU_PERCPU_HASH },
	{ NULL, 0 }
};

static const struct word prog_types[] = {
	{ "socket_filter",	BPF_PROG_TYPE_SOCKET_FILTER },
	{ "kprobe",		BPF_PROG_TYPE_KPROBE },
	{ "tracepoint",		BPF_PROG_TYPE_TRACEPOINT },
	{ "raw_tracepoint",	BPF_PROG_TYPE_RAW_TRACEPOINT },
	{ "xdp",		BPF_PROG_TYPE_XDP },
	{ "perf_event",		BPF_PROG_TYPE_PERF_EVENT },
	{ "cgroup_skb",		BPF_PROG_TYPE_CGROUP_SKB },
	{ "cgroup_sock",	BPF_PROG_TYPE_CGROUP_SOCK },
	{ "sched_cls",		BPF_PROG_TYPE_SCHED_CLS },
	{ "sched_act",		BPF_PROG_TYPE_SCHED_ACT },
	{ "sk_skb",		BPF_PROG_TYPE_SK_SKB },
	{ "sk_msg",		BPF_PROG_TYPE_SK_MSG },
	{ "tracing",		BPF_PROG_TYPE_TRACING },
	{ "lsm",		BPF_PROG_TYPE_LSM },
	{ NULL, 0 }
};

static const struct word attach_words[] = {
	{ "best-effort",	ATTACH_BEST_EFFORT },
	{ "required",		ATTACH_REQUIRED },
	{ "strict",		ATTACH_REQUIRED },
	{ "disabled",		ATTACH_DISABLED },
	{ "off",		ATTACH_DISABLED },
	{ "none",		ATTACH_DISABLED },
	{ NULL, 0 }
};

static bool
word_find(const struct word *w, const char *name, uint32_t *num)
{
	for (; w->name != NULL; w++) {
		if (strcmp(w->name, name) == 0) {
			*num = w->num;
			return true;
		}
	}
	return false;
}

bool
args_bool(const char *s, bool *val)
{
	static const struct word words[] = {
		{ "1", 1 }, { "true", 1 }, { "yes", 1 }, { "on", 1 },
		{ "0", 0 }, { "false", 0 }, { "no", 0 }, { "off", 0 },
		{ NULL, 0 }
	};
	uint32_t	 num;

	if (!word_find(words, s, &num))
		return false;
	*val = num != 0;
	return true;
}

/* Decimal, no sign, nothing after it. */
static bool
parse_u32(const char *s, uint32_t *val)
{
	unsigned long long	 n;
	char			*end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoull(s, &end, 10);
	if (errno != 0 || *end != '\0' || n > UINT32_MAX)
		return false;
	*val = (uint32_t)n;
	return true;
}

static bool
parse_positive(const char *s, uint32_t *val)
{
	return parse_u32(s, val) && *val > 0;
}

/* One more zeroed element at the end of an array; NULL without memory. */
static void *
grow(void *arrayp, size_t *n, size_t size)
{
	char	**array = arrayp, *p;

	p = reallocarray(*array, *n + 1, size);
	if (p == NULL)
		return NULL;
	*array = p;
	p += *n * size;
	memset(p, 0, size);
	(*n)++;
	return p;
}

static struct map_fixup *
fixup_of(struct args *a, const char *name)
{
	struct map_fixup	*f;
	size_t			 i;

	for (i = 0; i < a->nfixups; i++)
		if (strcmp(a->fixups[i].name, name) == 0)
			return &a->fixups[i];
	if ((f = grow(&a->fixups, &a->nfixups, sizeof(*f))) == NULL)
		return NULL;
	f->name = strdup(name);
	return f->name == NULL ? NULL : f;
}

/*
 * The setters: "key" is what stands before "=", "val" what stands after;
 * both may be written to.  ERR_INVAL when "val" is wrong.
 */
static enum err
set_entries(struct args *a, char *key, char *val)
{
	struct map_fixup	*f;
	uint32_t		 n = 0;

	if (strcmp(val, "cpus") != 0 && !parse_positive(val, &n))
		return ERR_INVAL;
	if ((f = fixup_of(a, key)) == NULL)
		return ERR_NOMEM;
	free(f->entries_word);
	f->entries = n;
	f->entries_word = strdup(val);
	return f->entries_word == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
set_ringbuf(struct args *a, char *key, char *val)
{
	struct map_fixup	*f;
	uint32_t		 n;

	if (!parse_positive(val, &n))
		return ERR_INVAL;
	if ((f = fixup_of(a, key)) == NULL)
		return ERR_NOMEM;
	f->ringbuf_bytes = n;
	return ERR_OK;
}

static enum err
set_inner(struct args *a, char *key, char *val)
{
	struct map_fixup	*f, in = { 0 };
	char			*part[4];
	int			 i;

	for (i = 0; i < 4; i++)
		part[i] = strsep(&val, ":");
	if (part[3] == NULL || val != NULL ||
	    !word_find(inner_types, part[0], &in.inner_type) ||
	    !parse_u32(part[1], &in.inner_key) ||
	    !parse_positive(part[2], &in.inner_value) ||
	    !parse_positive(part[3], &in.inner_entries))
		return ERR_INVAL;
	if ((f = fixup_of(a, key)) == NULL)
		return ERR_NOMEM;
	f->inner_type = in.inner_type;
	f->inner_key = in.inner_key;
	f->inner_value = in.inner_value;
	f->inner_entries = in.inner_entries;
	return ERR_OK;
}

static enum err
set_prog_type(struct args *a, char *key, char *val)
{
	struct type_override	*o;
	uint32_t		 type;

	if (!word_find(prog_types, val, &type))
		return ERR_INVAL;
	o = grow(&a->overrides, &a->noverrides, sizeof(*o));
	if (o == NULL || (o->selector = strdup(key)) == NULL)
		return ERR_NOMEM;
	o->prog_type = type;
	return ERR_OK;
}

static enum err
add_variant(struct variant_group *g, char *item)
{
	struct variant	*v;
	char		*prog = strsep(&item, ":"), *gate;
	uint32_t	 helper = 0;
	bool		 trial = false;

	if (*prog == '\0')
		return ERR_INVAL;
	while ((gate = strsep(&item, ":")) != NULL) {
		if (strcmp(gate, "trial") == 0)
			trial = true;
		else if (!parse_u32(gate, &helper))
			return ERR_INVAL;
	}
	v = grow(&g->v, &g->nv, sizeof(*v));
	if (v == NULL || (v->prog = strdup(prog)) == NULL)
		return ERR_NOMEM;
	v->trial = trial;
	v->helper = helper;
	return ERR_OK;
}

static enum err
set_variants(struct args *a, char *key, char *val)
{
	struct variant_group	*g;
	char			*item;
	enum err		 e = ERR_OK;

	g = grow(&a->groups, &a->ngroups, sizeof(*g));
	if (g == NULL || (g->name = strdup(key)) == NULL)
		return ERR_NOMEM;
	while (e == ERR_OK && (item = strsep(&val, ",")) != NULL)
		e = add_variant(g, item);
	return e;
}

/* Appends the names of "a,b,c". */
static enum err
add_names(char ***list, size_t *n, char *val)
{
	char	**c, *item;

	while ((item = strsep(&val, ",")) != NULL) {
		if (*item == '\0')
			return ERR_INVAL;
		c = grow(list, n, sizeof(*c));
		if (c == NULL || (*c = strdup(item)) == NULL)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err
set_attach_to(struct args *a, char *key, char *val)
{
	struct attach_to	*t;
	char			*target = val;
	char			*kind = strsep(&target, ":");

	if (target == NULL || *kind == '\0' || *target == '\0')
		return ERR_INVAL;
	t = grow(&a->attach_to, &a->nattach_to, sizeof(*t));
	if (t == NULL || (t->prog = strdup(key)) == NULL ||
	    (t->kind = strdup(kind)) == NULL ||
	    (t->target = strdup(target)) == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

static const struct {
	const char	*opt;
	enum err	 (*set)(struct args *, char *, char *);
	const char	*want;
} pairs[] = {
	{ "--set-map-max-entries",	set_entries,
	    "<map>=<positive number or cpus>" },
	{ "--set-map-inner-ringbuf",	set_ringbuf, "<map>=<bytes>" },
	{ "--set-map-inner-map",	set_inner,
	    "<map>=<type>:<key>:<value>:<entries>" },
	{ "--set-prog-type",		set_prog_type,
	    "<program or section>=<program type>" },
	{ "--prog-variants",		set_variants,
	    "<group>=<program>[:<helper id>][:trial],..." },
	{ "--attach-to",		set_attach_to,
	    "<program>=<kind>:<target>" },
};

static enum err
set_pair(struct args *a, size_t i, const char *text, struct diag *d)
{
	char		*copy, *eq;
	enum err	 e = ERR_INVAL;

	if ((copy = strdup(text)) == NULL)
		return diag_set(d, ERR_NOMEM, pairs[i].opt, "out of memory");
	eq = strchr(copy, '=');
	if (eq != NULL && eq != copy) {
		*eq++ = '\0';
		e = pairs[i].set(a, copy, eq);
	}
	free(copy);
	if (e != ERR_OK)
		diag_set(d, e, pairs[i].opt, "\"%s\": want %s", text,
		    pairs[i].want);
	return e;
}

static bool
is_list(const char *opt)
{
	return strcmp(opt, "--probe-companions") == 0 ||
	    strcmp(opt, "--require-attach") == 0;
}

static enum err
set_list(struct args *a, const char *opt, const char *text, struct diag *d)
{
	char		*copy;
	enum err	 e;

	if ((copy = strdup(text)) == NULL)
		return diag_set(d, ERR_NOMEM, NULL, "out of memory");
	if (opt[2] == 'p')
		e = add_names(&a->companions, &a->ncompanions, copy);
	else
		e = add_names(&a->must_attach, &a->nmust_attach, copy);
	free(copy);
	if (e != ERR_OK)
		diag_set(d, e, opt, "\"%s\": want <program>,<program>,...",
		    text);
	return e;
}

static bool *
bool_slot(struct args *a, const char *opt)
{
	if (strcmp(opt, "--probe-features") == 0)
		return &a->probe_features;
	if (strcmp(opt, "--isolate") == 0)
		return &a->isolate;
	if (strcmp(opt, "--command-mode") == 0)
		return &a->command;
	return NULL;
}

/* Options with one plain value; NULL when "opt" is none of them. */
static const char **
plain_slot(struct args *a, const char *opt)
{
	if (strcmp(opt, "--artifact") == 0)
		return &a->artifact;
	if (strcmp(opt, "--out") == 0)
		return &a->out;
	if (strcmp(opt, "--manifest") == 0)
		return &a->manifest;
	if (strcmp(opt, "--functional-plan") == 0)
		return &a->plan;
	if (strcmp(opt, "--log-dir") == 0)
		return &a->log_dir;
	if (strcmp(opt, "--attach-mode") == 0)
		return &a->attach_word;
	return NULL;
}

static enum err
take_option(struct args *a, const char *opt, const char *val, struct diag *d)
{
	const char	**slot;
	bool		 *flag;
	size_t		  i;

	if ((slot = plain_slot(a, opt)) != NULL) {
		*slot = val;
		return ERR_OK;
	}
	if ((flag = bool_slot(a, opt)) != NULL) {
		if (args_bool(val, flag))
			return ERR_OK;
		return diag_set(d, ERR_INVAL, opt, "\"%s\": want true or "
		    "false", val);
	}
	if (strcmp(opt, "--time-left") == 0) {
		if (parse_positive(val, &a->time_left))
			return ERR_OK;
		return diag_set(d, ERR_INVAL, opt, "\"%s\": want "
		    "milliseconds", val);
	}
	if (is_list(opt))
		return set_list(a, opt, val, d);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(opt, pairs[i].opt) == 0)
			return set_pair(a, i, val, d);
	return diag_set(d, ERR_INVAL, opt, "unknown option");
}

static bool
option_known(const char *opt)
{
	struct args	 a;
	size_t		 i;

	if (plain_slot(&a, opt) != NULL || bool_slot(&a, opt) != NULL ||
	    strcmp(opt, "--time-left") == 0 || is_list(opt))
		return true;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(opt, pairs[i].opt) == 0)
			return true;
	return false;
}

/* One line of a plan; anything but an option is not for us. */
static enum err
plan_line(struct args *a, char *line, struct diag *d)
{
	static const char	 word[] = "option=";
	char			*opt, *val;

	line[strcspn(line, "\r")] = '\0';
	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return ERR_OK;
	opt = val = line + sizeof(word) - 1;
	strsep(&val, " ");
	if (val == NULL || plain_slot(a, opt) != NULL)
		return diag_set(d, ERR_INVAL, "plan", "\"%s\" is no option "
		    "of a plan", opt);
	return take_option(a, opt, val, d);
}

enum err
args_plan(struct args *a, const char *text, size_t len, struct diag *d)
{
	char		*copy, *rest, *line;
	enum err	 e = ERR_OK;

	if (len == 0)
		return ERR_OK;
	if ((copy = strndup(text, len)) == NULL)
		return ERR_NOMEM;
	rest = copy;
	while (e == ERR_OK && (line = strsep(&rest, "\n")) != NULL &&
	    strncmp(line, "BEGIN", 5) != 0)
		e = plan_line(a, line, d);
	free(copy);
	return e;
}

bool
args_must_attach(const struct args *a, const char *prog)
{
	size_t	 i;

	for (i = 0; i < a->nmust_attach; i++)
		if (strcmp(a->must_attach[i], prog) == 0)
			return true;
	return false;
}

const struct attach_to *
args_attach_to(const struct args *a, const char *prog)
{
	size_t	 i;

	for (i = 0; i < a->nattach_to; i++)
		if (strcmp(a->attach_to[i].prog, prog) == 0)
			return &a->attach_to[i];
	return NULL;
}

/* What must hold once all words are read. */
static enum err
finish(struct args *a, struct diag *d)
{
	uint32_t	 mode;

	/* An unknown word means best effort, as it always has. */
	if (word_find(attach_words, a->attach_word, &mode))
		a->attach_mode = (enum attach_mode)mode;
	if (a->help || a->wire || a->warm)
		return ERR_OK;
	if (a->artifact == NULL)
		return diag_set(d, ERR_INVAL, "--artifact", "missing");
	if (a->out == NULL)
		return diag_set(d, ERR_INVAL, "--out", "missing");
	return ERR_OK;
}

enum err
args_parse(int argc, const char *const *argv, struct args *a,
    struct diag *d)
{
	enum err	 e;
	int		 i;

	memset(a, 0, sizeof(*a));
	a->attach_word = "best-effort";
	a->attach_mode = ATTACH_BEST_EFFORT;
	a->probe_features = true;
	a->isolate = true;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-h") == 0 ||
		    strcmp(argv[i], "--help") == 0) {
			a->help = true;
			return ERR_OK;
		}
		if (strcmp(argv[i], "--wire") == 0) {
			a->wire = true;
			continue;
		}
		if (strcmp(argv[i], "--log-steps") == 0) {
			a->log_steps = true;
			continue;
		}
		if (strcmp(argv[i], "--warm") == 0) {
			a->warm = true;
			continue;
		}
		if (!option_known(argv[i]))
			return diag_set(d, ERR_INVAL, argv[i],
			    "unknown option");
		if (i + 1 >= argc)
			return diag_set(d, ERR_INVAL, argv[i],
			    "needs a value");
		if ((e = take_option(a, argv[i], argv[i + 1], d)) != ERR_OK)
			return e;
		i++;
	}
	return finish(a, d);
}

void
args_free(struct args *a)
{
	size_t	 i, j;

	for (i = 0; i < a->nfixups; i++) {
		free(a->fixups[i].name);
		free(a->fixups[i].entries_word);
	}
	free(a->fixups);
	for (i = 0; i < a->noverrides; i++)
		free(a->overrides[i].selector);
	free(a->overrides);
	for (i = 0; i < a->ngroups; i++) {
		for (j = 0; j < a->groups[i].nv; j++)
			free(a->groups[i].v[j].prog);
		free(a->groups[i].v);
		free(a->groups[i].name);
	}
	free(a->groups);
	for (i = 0; i < a->ncompanions; i++)
		free(a->companions[i]);
	free(a->companions);
	for (i = 0; i < a->nmust_attach; i++)
		free(a->must_attach[i]);
	free(a->must_attach);
	for (i = 0; i < a->nattach_to; i++) {
		free(a->attach_to[i].prog);
		free(a->attach_to[i].kind);
		free(a->attach_to[i].target);
	}
	free(a->attach_to);
	memset(a, 0, sizeof(*a));
}

const char *
args_usage(void)
{
	return
	    "usage: bpfcompat-validator --artifact FILE --out FILE [options]\n"
	    "       bpfcompat-validator --wire [options]\n"
	    "       bpfcompat-validator --warm\n"
	    "  --wire                  artifact, plan and results as frames\n"
	    "                          on standard input and output\n"
	    "  --warm                  ask the kernel what it can and keep the\n"
	    "                          answers for later runs in this guest\n"
	    "  --log-steps             each step to the kernel's log, too\n"
	    "  --manifest PATH         only echoed into the result\n"
	    "  --functional-plan FILE  behaviour commands\n"
	    "  --log-dir DIR           whole logs go there\n"
	    "  --attach-mode WORD      best-effort, required, disabled\n"
	    "  --probe-features BOOL   ask the kernel what it can (true)\n"
	    "  --isolate BOOL          load each program alone too (true)\n"
	    "  --set-map-max-entries MAP=N|cpus\n"
	    "  --set-map-inner-ringbuf MAP=BYTES\n"
	    "  --set-map-inner-map MAP=TYPE:KEY:VALUE:ENTRIES\n"
	    "  --set-prog-type PROG|SECTION=TYPE\n"
	    "  --prog-variants GROUP=PROG[:HELPER][:trial],...\n"
	    "  --probe-companions PROG,PROG,...\n"
	    "  --require-attach PROG,PROG,...\n"
	    "                          these have to attach in any mode\n"
	    "  --attach-to PROG=KIND:TARGET\n"
	    "                          for a section that names no target\n"
	    "  --command-mode BOOL     no object: run the plan's commands\n"
	    "  --time-left MS          what is not run by then is not run\n"
	    "exit: 0 pass, 1 no result (usage, input/output), 2 fail\n";
}
