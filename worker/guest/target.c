#include "target.h"

#include <stdio.h>
#include <string.h>

/* Section words, without ".s"; the names of libbpf's section table. */
static const struct {
	const char	*word;
	enum target_kind kind;
} words[] = {
	{ "kprobe", TARGET_KPROBE }, { "kretprobe", TARGET_KPROBE },
	{ "ksyscall", TARGET_KPROBE }, { "kretsyscall", TARGET_KPROBE },
	{ "kprobe.multi", TARGET_KPROBE_MULTI },
	{ "kretprobe.multi", TARGET_KPROBE_MULTI },
	{ "kprobe.session", TARGET_KPROBE_MULTI },
	{ "fentry", TARGET_TRAMPOLINE }, { "fexit", TARGET_TRAMPOLINE },
	{ "fmod_ret", TARGET_TRAMPOLINE },
	{ "fsession", TARGET_TRAMPOLINE },
	{ "tp", TARGET_TRACEPOINT }, { "tracepoint", TARGET_TRACEPOINT },
	{ "raw_tp", TARGET_RAW_TRACEPOINT },
	{ "raw_tracepoint", TARGET_RAW_TRACEPOINT },
	{ "raw_tp.w", TARGET_RAW_TRACEPOINT },
	{ "raw_tracepoint.w", TARGET_RAW_TRACEPOINT },
	{ "tp_btf", TARGET_BTF_TRACEPOINT },
	{ "lsm", TARGET_LSM }, { "lsm_cgroup", TARGET_LSM },
	{ "iter", TARGET_ITER },
	{ "uprobe", TARGET_UPROBE }, { "uretprobe", TARGET_UPROBE },
	{ "uprobe.multi", TARGET_UPROBE },
	{ "uretprobe.multi", TARGET_UPROBE },
	{ "uprobe.session", TARGET_UPROBE }, { "usdt", TARGET_UPROBE },
};

static enum target_kind
kind_of(const char *word, size_t len)
{
	size_t	 i;

	if (len > 2 && memcmp(word + len - 2, ".s", 2) == 0)
		len -= 2;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len &&
		    memcmp(words[i].word, word, len) == 0)
			return words[i].kind;
	return TARGET_NONE;
}

static void
put(char *out, size_t size, const char *p, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, p, len);
	out[len] = '\0';
}

/* What is in front of "sep" is the group, what is behind it the name. */
static void
divide(struct target *t, const char *rest, char sep)
{
	const char	*p = strchr(rest, sep);

	if (p == NULL) {
		put(t->name, sizeof(t->name), rest, strlen(rest));
		return;
	}
	put(t->group, sizeof(t->group), rest, (size_t)(p - rest));
	put(t->name, sizeof(t->name), p + 1, strlen(p + 1));
}

static void
name_function(struct target *t, const char *word, const char *rest)
{
	if (strncmp(word, "ksyscall/", 9) == 0 ||
	    strncmp(word, "kretsyscall/", 12) == 0)
		/* The wrapper on x86; other machines have other prefixes. */
		snprintf(t->name, sizeof(t->name), "__x64_sys_%s", rest);
	else
		put(t->name, sizeof(t->name), rest, strcspn(rest, "+"));
}

void
target_parse(const char *section, struct target *t)
{
	const char	*slash = strchr(section, '/');

	memset(t, 0, sizeof(*t));
	if (*section == '?')
		section++;
	if (slash == NULL || slash[1] == '\0')
		return;
	t->kind = kind_of(section, (size_t)(slash - section));
	switch (t->kind) {
	case TARGET_NONE:
		break;
	case TARGET_TRACEPOINT:
		divide(t, slash + 1, '/');
		break;
	case TARGET_UPROBE:
		divide(t, slash + 1, ':');
		t->name[strcspn(t->name, "+@:")] = '\0';
		break;
	default:
		name_function(t, section, slash + 1);
		break;
	}
}

void
target_btf_name(const struct target *t, char *out, unsigned size)
{
	const char	*prefix = "";

	switch (t->kind) {
	case TARGET_TRAMPOLINE:
	case TARGET_KPROBE:
		break;
	case TARGET_RAW_TRACEPOINT:
	case TARGET_BTF_TRACEPOINT:
		prefix = "btf_trace_";
		break;
	case TARGET_LSM:
		prefix = "bpf_lsm_";
		break;
	case TARGET_ITER:
		prefix = "bpf_iter_";
		break;
	default:
		out[0] = '\0';
		return;
	}
	snprintf(out, size, "%s%s", prefix, t->name);
}
