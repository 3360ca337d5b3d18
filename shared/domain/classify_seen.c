/*
 * Conditions over what the guest found out: experiments, probes, markers,
 * relocations, externs, and how its kernel is built and locked.
 */
#include "domain/classify_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/caution.h"

static bool
is(const struct jval *j, const char *key, const char *word)
{
	return strcmp(jval_get_str(j, key, ""), word) == 0;
}

static const struct jval *
kernel(const struct class_case *c)
{
	return jval_get(c->f->doc, "kernel");
}

/* --- experiments ------------------------------------------------------------ */

/* About another program or map than the failing one? */
static bool
elsewhere(const struct class_case *c, const struct jval *x)
{
	const struct jval	*about = jval_get(x, "about");
	const char		*program = jval_get_str(about, "program", "");
	const char		*map = jval_get_str(about, "map", "");
	const char		*sym = jval_get_str(about, "extern", "");

	if (program[0] != '\0' && strcmp(program, c->word[W_PROGRAM]) != 0)
		return true;
	if (map[0] != '\0' && strcmp(map, c->word[W_MAP]) != 0)
		return true;
	return sym[0] != '\0' && c->word[W_NAME][0] != '\0' &&
	    strcmp(sym, c->word[W_NAME]) != 0;
}

/* A question about a helper counts for the helper that was named. */
static bool
other_subject(const struct class_case *c, const struct jval *x)
{
	const char	*subject = jval_get_str(x, "subject", "");

	return strncmp(jval_get_str(x, "kind", ""), "helper_", 7) == 0 &&
	    c->word[W_NAME][0] != '\0' && subject[0] != '\0' &&
	    strcmp(subject, c->word[W_NAME]) != 0;
}

static const struct jval *
find_experiment(const struct class_case *c, const char *kinds,
    const char *answer)
{
	const struct jval	*all = jval_get(c->f->doc, "experiments"), *x;

	for (size_t i = 0; i < jval_len(all); i++) {
		x = jval_at(all, i);
		if (class_among(jval_get_str(x, "kind", ""), kinds) &&
		    is(x, "answer", answer) && !elsewhere(c, x) &&
		    !other_subject(c, x))
			return x;
	}
	return NULL;
}

bool
c_exp(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*x = find_experiment(c, a, b);
	const char		*detail, *subject;
	char			 text[240];

	if (x == NULL)
		return false;
	subject = jval_get_str(x, "subject", "");
	detail = jval_get_str(x, "detail", "");
	if (subject[0] != '\0')
		class_set(c, W_DETAIL, subject);
	snprintf(text, sizeof(text), "%.120s %s%s%.80s",
	    jval_get_str(x, "question", a), b, detail[0] != '\0' ? ": " : "",
	    detail);
	class_prove(c, "experiment", jval_get_str(x, "id", ""), text);
	return true;
}

bool
c_no_exp(struct class_case *c, const char *a, const char *b)
{
	return find_experiment(c, a, b) == NULL;
}

/* --- maps --------------------------------------------------------------------- */

bool
c_map(struct class_case *c, const char *a, const char *b)
{
	char		 buf[32], needle[200], text[240];
	int64_t		 no = jval_get_int(c->f->map, "errno", 0);
	const char	*name, *line;

	(void)b;
	if (c->f->map == NULL)
		return false;
	name = class_errno_name((int)(no > 0 ? no : -no), buf, sizeof(buf));
	if (a != NULL && !class_among(name, a))
		return false;
	class_set(c, W_ERROR, name);
	snprintf(needle, sizeof(needle), "map '%.150s': failed",
	    c->word[W_MAP]);
	line = c->f->libbpf_log == NULL ? NULL :
	    strstr(c->f->libbpf_log, needle);
	if (line != NULL)
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"),
		    line);
	else
		snprintf(text, sizeof(text), "map '%.150s': the kernel "
		    "answered %s", c->word[W_MAP], name);
	class_evidence(c, text, strlen(text));
	class_prove(c, line != NULL ? "log_line" : "errno", line != NULL ?
	    "" : name, text);
	return true;
}

bool
c_map_is(struct class_case *c, const char *a, const char *b)
{
	if (c->f->map == NULL ||
	    (a != NULL && !class_among(c->word[W_MAPTYPE], a)))
		return false;
	if (b != NULL && strcmp(b, "no_inner") == 0)
		return is(c->f->map, "inner_map", "none");
	return b == NULL || jval_get_int(c->f->map, "max_entries", -1) ==
	    strtol(b, NULL, 10);
}

/* --- probes --------------------------------------------------------------------- */

bool
c_probe(struct class_case *c, const char *a, const char *b)
{
	const char		*key = strcmp(a, "map_types") == 0 ?
				    c->word[W_MAPTYPE] : c->word[W_TYPE];
	const struct jval	*p;
	char			 text[160];

	p = jval_get(jval_get(jval_get(c->f->doc, "capabilities"), a), key);
	if (key[0] == '\0' ||
	    strcmp(jval_get_str(p, "status", "unknown"), b) != 0)
		return false;
	snprintf(text, sizeof(text), "probe of %s %.80s: %s",
	    strcmp(a, "map_types") == 0 ? "map type" : "program type", key,
	    b);
	class_prove(c, "probe", key, text);
	return true;
}

/* Sections and the names of the probes that attach such a program. */
static const struct { const char *section, *kind; } attach_kinds[] = {
	{ "tp", "tracepoint" }, { "raw_tp", "raw_tracepoint" },
	{ "kretprobe", "kprobe" }, { "ksyscall", "kprobe" },
	{ "kretsyscall", "kprobe" }, { "kretprobe.multi", "kprobe.multi" },
	{ "uretprobe", "uprobe" }, { "usdt", "uprobe" },
	{ "uretprobe.multi", "uprobe.multi" },
};

bool
c_attach_kind(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*all;
	char			 kind[80], text[160];
	size_t			 n = strcspn(c->word[W_SECTION], "/");

	(void)b;
	if (n > 2 && strncmp(c->word[W_SECTION] + n - 2, ".s", 2) == 0)
		n -= 2;
	snprintf(kind, sizeof(kind), "%.*s", n > 70 ? 70 : (int)n,
	    c->word[W_SECTION]);
	for (size_t i = 0; i < sizeof(attach_kinds) /
	    sizeof(attach_kinds[0]); i++)
		if (strcmp(kind, attach_kinds[i].section) == 0)
			snprintf(kind, sizeof(kind), "%s",
			    attach_kinds[i].kind);
	all = jval_get(jval_get(c->f->doc, "capabilities"), "attach_kinds");
	if (!is(jval_get(all, kind), "status", a))
		return false;
	snprintf(text, sizeof(text), "probe of attaching by %.70s: %s", kind,
	    a);
	class_prove(c, "probe", kind, text);
	return true;
}

/* --- markers, relocations ---------------------------------------------------------- */

/* libbpf's sentence at a marker: "kfunc 'x' is ...", "<kind> [3] x". */
static void
name_marker(struct class_case *c, const char *detail)
{
	char	 name[CLASS_WORD_MAX];

	if (!verifier_pattern("*'%'", detail, name, sizeof(name)) &&
	    !verifier_pattern("*<*> [*] %", detail, name, sizeof(name)))
		snprintf(name, sizeof(name), "%s", detail);
	class_set(c, W_NAME, name);
}

bool
c_poison(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*all = jval_get(c->f->program, "poison"), *p;
	const char		*detail;
	char			 text[240];

	(void)b;
	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		if (!is(p, "kind", a))
			continue;
		detail = jval_get_str(p, "detail", "");
		name_marker(c, detail);
		snprintf(text, sizeof(text), "instruction %lld: %.200s",
		    (long long)jval_get_int(p, "insn", -1),
		    detail[0] != '\0' ? detail : a);
		class_prove(c, "relocation", "", text);
		return true;
	}
	return false;
}

/* The one at the instruction the verifier stopped at, else the first. */
static const struct jval *
find_relo(const struct class_case *c, const char *words, const char *kinds)
{
	const struct jval	*all, *r, *first = NULL;
	int64_t			 insn;

	all = jval_get(c->f->program, "relocations");
	insn = jval_get_int(jval_get(c->f->program, "explanation"), "insn",
	    -1);
	for (size_t i = 0; i < jval_len(all); i++) {
		r = jval_at(all, i);
		if (!class_among(jval_get_str(r, "status", ""), words) ||
		    (kinds != NULL && !verifier_pattern(kinds,
		    jval_get_str(r, "kind", ""), NULL, 0)))
			continue;
		if (insn >= 0 && jval_get_int(r, "insn", -2) == insn)
			return r;
		if (first == NULL)
			first = r;
	}
	return first;
}

bool
c_relo(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*r = find_relo(c, a, b);
	const char		*type, *access;
	char			 text[240], name[200], *flavor;

	if (r == NULL)
		return false;
	type = jval_get_str(r, "local_type", "?");
	access = jval_get_str(r, "access", "");
	/* "task_struct___new" is a variant of task_struct. */
	class_set(c, W_DETAIL, type);
	if ((flavor = strstr(c->word[W_DETAIL], "___")) != NULL)
		*flavor = '\0';
	snprintf(name, sizeof(name), "%.90s%s%.90s", c->word[W_DETAIL],
	    access[0] != '\0' ? "." : "", access);
	class_set(c, W_NAME, name);
	snprintf(text, sizeof(text), "%.60s of %.60s%s%.60s at instruction "
	    "%lld: %s", jval_get_str(r, "kind", "relocation"), type,
	    access[0] != '\0' ? "." : "", access,
	    (long long)jval_get_int(r, "insn", -1),
	    jval_get_str(r, "status", ""));
	class_prove(c, "relocation", type, text);
	return true;
}

/* --- externs, helpers ------------------------------------------------------------------ */

bool
c_extern(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*all, *x;
	char			 text[240];

	all = jval_get(jval_get(c->f->doc, "discovery"), "externs");
	for (size_t i = 0; i < jval_len(all); i++) {
		x = jval_at(all, i);
		if (!is(x, "kind", a) ||
		    !class_among(jval_get_str(x, "status", ""), b))
			continue;
		class_set(c, W_NAME, jval_get_str(x, "name", ""));
		snprintf(text, sizeof(text), "%s %.160s: %s", a,
		    jval_get_str(x, "name", "?"), jval_get_str(x, "status",
		    ""));
		class_prove(c, "extern", c->word[W_NAME], text);
		return true;
	}
	return false;
}

bool
c_calls(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*all = jval_get(c->f->program, "helpers");

	(void)b;
	for (size_t i = 0; i < jval_len(all); i++)
		if (is(jval_at(all, i), "name", a))
			return true;
	return false;
}

bool
c_helper_unknown(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*all = jval_get(c->f->program, "helpers"), *h;
	char			 text[200];

	(void)a;
	(void)b;
	for (size_t i = 0; i < jval_len(all); i++) {
		h = jval_at(all, i);
		if (!is(h, "known", "no"))
			continue;
		class_set(c, W_NAME, jval_get_str(h, "name", "?"));
		snprintf(text, sizeof(text), "probe: programs of type %.40s "
		    "have no helper %.80s on this kernel", c->word[W_TYPE],
		    c->word[W_NAME]);
		class_prove(c, "probe", c->word[W_NAME], text);
		return true;
	}
	return false;
}

/* --- how the kernel is built and locked ------------------------------------------------- */

/*
 * Features and the option of Kconfig without which they are not built.
 * Source: Kconfig files of Linux 5.10 to 7.3.  The name is a pattern.
 */
static const struct { const char *what, *name, *option; } options[] = {
	{ "map", "xskmap", "XDP_SOCKETS" },
	{ "map", "sockmap", "BPF_STREAM_PARSER" },
	{ "map", "sockhash", "BPF_STREAM_PARSER" },
	{ "map", "*cgroup*storage", "CGROUP_BPF" },
	{ "map", "inode_storage", "BPF_LSM" },
	{ "map", "stack_trace", "PERF_EVENTS" },
	{ "map", "perf_event_array", "PERF_EVENTS" },
	{ "program", "lsm", "BPF_LSM" },
	{ "program", "kprobe", "BPF_EVENTS" },
	{ "program", "tracepoint", "BPF_EVENTS" },
	{ "program", "perf_event", "BPF_EVENTS" },
	{ "program", "raw_tracepoint", "BPF_EVENTS" },
	{ "program", "tracing", "BPF_EVENTS" },
	{ "program", "netfilter", "NETFILTER_BPF_LINK" },
	{ "program", "lirc_mode2", "BPF_LIRC_MODE2" },
	{ "program", "cgroup_", "CGROUP_BPF" },
	{ "program", "sock_ops", "CGROUP_BPF" },
	{ "program", "lwt_", "LWTUNNEL_BPF" },
	{ "program", "struct_ops", "BPF_JIT" },
	{ "helper", "bpf_override_return", "BPF_KPROBE_OVERRIDE" },
	{ "helper", "bpf_override_return", "FUNCTION_ERROR_INJECTION" },
	{ "helper", "bpf_get_cgroup_classid", "CGROUP_NET_CLASSID" },
	{ "helper", "bpf_lwt_seg6_", "IPV6_SEG6_BPF" },
	{ "struct_ops", "sched_ext_ops", "SCHED_CLASS_EXT" },
	{ "struct_ops", "hid_bpf_ops", "HID_BPF" },
	{ "struct_ops", "Qdisc_ops", "NET_SCH_BPF" },
	{ "modify", "*", "FUNCTION_ERROR_INJECTION" },
	{ "attach", "kprobe.multi", "FPROBE" },
	{ "attach", "kretprobe.multi", "FPROBE" },
	{ "attach", "kprobe.session", "FPROBE" },
	{ "attach", "kprobe", "KPROBE_EVENTS" },
	{ "attach", "kretprobe", "KPROBE_EVENTS" },
	{ "attach", "ksyscall", "KPROBE_EVENTS" },
	{ "attach", "uprobe", "UPROBE_EVENTS" },
	{ "attach", "uretprobe", "UPROBE_EVENTS" },
	{ "attach", "usdt", "UPROBE_EVENTS" },
	{ "attach", "tracepoint/syscalls/", "FTRACE_SYSCALLS" },
	{ "attach", "tp/syscalls/", "FTRACE_SYSCALLS" },
	{ "attach", "fentry", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "attach", "fexit", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "attach", "fmod_ret", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "attach", "lsm", "DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "attach", "netkit", "NETKIT" },
	{ "attach", "tc$", "NET_SCH_INGRESS" },
	{ "attach", "tc/", "NET_SCH_INGRESS" },
	{ "attach", "classifier", "NET_CLS_BPF" },
	{ "attach", "netfilter", "NETFILTER_BPF_LINK" },
	{ "attach", "cgroup", "CGROUP_BPF" },
};

/* Only "is not set" counts: then this kernel knows the option. */
static bool
option_off(struct class_case *c, const char *option)
{
	const struct jval	*config = jval_get(kernel(c), "config");
	char			 key[80], text[160];

	snprintf(key, sizeof(key), "CONFIG_%s", option);
	if (!is(config, key, "n"))
		return false;
	class_set(c, W_DETAIL, key);
	snprintf(text, sizeof(text), "%s is not set in this kernel", key);
	class_prove(c, "config", key, text);
	return true;
}

bool
c_config_off(struct class_case *c, const char *a, const char *b)
{
	const char	*name;

	(void)b;
	name = strcmp(a, "map") == 0 ? c->word[W_MAPTYPE] :
	    strcmp(a, "program") == 0 ? c->word[W_TYPE] :
	    strcmp(a, "attach") == 0 ? c->word[W_SECTION] : c->word[W_NAME];
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(options[i].what, a) == 0 &&
		    verifier_pattern(options[i].name, name, NULL, 0) &&
		    option_off(c, options[i].option))
			return true;
	return false;
}

bool
c_kernel_btf(struct class_case *c, const char *a, const char *b)
{
	bool	 has;

	(void)b;
	has = jval_get_bool(jval_get(c->f->doc, "btf"),
	    "kernel_btf_available", true);
	if (has != (strcmp(a, "yes") == 0))
		return false;
	if (!has)
		class_prove(c, "probe", "kernel_btf",
		    "this kernel has no /sys/kernel/btf/vmlinux");
	return true;
}

bool
c_lockdown(struct class_case *c, const char *a, const char *b)
{
	const char	*mode = jval_get_str(kernel(c), "lockdown", "none");
	char		 text[80];

	(void)b;
	if (!class_among(mode, a))
		return false;
	class_set(c, W_DETAIL, mode);
	snprintf(text, sizeof(text), "lockdown: %.40s", mode);
	class_prove(c, "config", "lockdown", text);
	return true;
}

bool
c_jit_off(struct class_case *c, const char *a, const char *b)
{
	(void)a;
	(void)b;
	if (jval_get_bool(kernel(c), "jit", true))
		return false;
	class_prove(c, "config", "bpf_jit_enable",
	    "net.core.bpf_jit_enable is 0");
	return true;
}

/* "a, b, c" */
static void
word_list(const struct jval *all, char *out, size_t size)
{
	size_t	 n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < jval_len(all) && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    i > 0 ? ", " : "", jval_str(jval_at(all, i), ""));
}

bool
c_lsm_off(struct class_case *c, const char *a, const char *b)
{
	char	 list[160], text[240];

	(void)a;
	(void)b;
	if (caution_lsm_active(c->f->doc))
		return false;
	word_list(jval_get(kernel(c), "lsm"), list, sizeof(list));
	snprintf(text, sizeof(text), "\"bpf\" is not among the active "
	    "security modules: %s", list);
	class_prove(c, "config", "lsm", text);
	return true;
}

bool
c_load_stage(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return class_among(jval_get_str(jval_get(c->f->doc, "load"), "stage",
	    ""), a);
}

bool
c_longer(struct class_case *c, const char *a, const char *b)
{
	int64_t	 n = jval_get_int(c->f->program, "insn_count", 0);
	char	 text[80];

	(void)b;
	if (n <= strtoll(a, NULL, 10))
		return false;
	snprintf(text, sizeof(text), "the program has %lld instructions",
	    (long long)n);
	class_prove(c, "elf", "insn_count", text);
	return true;
}
