#include "options.h"

#include <stdbool.h>
#include <string.h>

#include <linux/bpf.h>

struct	row {
	uint32_t	 id;	/* type of program or map, or helper */
	const char	*option;
};

/* As the kernel's makefiles and its table of types have it. */
static const struct row programs[] = {
	{ BPF_PROG_TYPE_KPROBE, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_TRACEPOINT, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_PERF_EVENT, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_TRACING, "CONFIG_BPF_EVENTS" },
	{ BPF_PROG_TYPE_TRACING, "CONFIG_BPF_JIT" },
	{ BPF_PROG_TYPE_TRACING, "CONFIG_DEBUG_INFO_BTF" },
	{ BPF_PROG_TYPE_LSM, "CONFIG_BPF_LSM" },
	{ BPF_PROG_TYPE_LSM, "CONFIG_DEBUG_INFO_BTF" },
	{ BPF_PROG_TYPE_STRUCT_OPS, "CONFIG_BPF_JIT" },
	{ BPF_PROG_TYPE_STRUCT_OPS, "CONFIG_DEBUG_INFO_BTF" },
	{ BPF_PROG_TYPE_EXT, "CONFIG_BPF_JIT" },
	{ BPF_PROG_TYPE_SCHED_CLS, "CONFIG_NET_CLS_BPF" },
	{ BPF_PROG_TYPE_SCHED_CLS, "CONFIG_NET_SCH_INGRESS" },
	{ BPF_PROG_TYPE_SCHED_ACT, "CONFIG_NET_ACT_BPF" },
	{ BPF_PROG_TYPE_CGROUP_SKB, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_CGROUP_SOCK, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_SOCK_OPS, "CONFIG_CGROUP_BPF" },
	{ BPF_PROG_TYPE_SK_MSG, "CONFIG_BPF_STREAM_PARSER" },
	{ BPF_PROG_TYPE_SK_SKB, "CONFIG_BPF_STREAM_PARSER" },
	{ BPF_PROG_TYPE_LIRC_MODE2, "CONFIG_BPF_LIRC_MODE2" },
	{ BPF_PROG_TYPE_LWT_IN, "CONFIG_LWTUNNEL_BPF" },
	{ BPF_PROG_TYPE_LWT_OUT, "CONFIG_LWTUNNEL_BPF" },
	{ BPF_PROG_TYPE_LWT_XMIT, "CONFIG_LWTUNNEL_BPF" },
	{ BPF_PROG_TYPE_LWT_SEG6LOCAL, "CONFIG_IPV6_SEG6_BPF" },
	{ BPF_PROG_TYPE_NETFILTER, "CONFIG_NETFILTER_BPF_LINK" },
};

static const struct row targets[] = {
	{ TARGET_KPROBE, "CONFIG_KPROBES" },
	{ TARGET_KPROBE, "CONFIG_KPROBE_EVENTS" },
	{ TARGET_KPROBE_MULTI, "CONFIG_FPROBE" },
	{ TARGET_UPROBE, "CONFIG_UPROBE_EVENTS" },
	{ TARGET_TRAMPOLINE, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ TARGET_TRACEPOINT, "CONFIG_TRACEPOINTS" },
	{ TARGET_RAW_TRACEPOINT, "CONFIG_TRACEPOINTS" },
	{ TARGET_BTF_TRACEPOINT, "CONFIG_TRACEPOINTS" },
};

static const struct row maps[] = {
	{ BPF_MAP_TYPE_XSKMAP, "CONFIG_XDP_SOCKETS" },
	{ BPF_MAP_TYPE_SOCKMAP, "CONFIG_BPF_STREAM_PARSER" },
	{ BPF_MAP_TYPE_SOCKHASH, "CONFIG_BPF_STREAM_PARSER" },
	{ BPF_MAP_TYPE_CGROUP_ARRAY, "CONFIG_CGROUPS" },
	{ BPF_MAP_TYPE_CGROUP_STORAGE, "CONFIG_CGROUP_BPF" },
	{ BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "CONFIG_CGROUP_BPF" },
	{ BPF_MAP_TYPE_CGRP_STORAGE, "CONFIG_CGROUPS" },
	{ BPF_MAP_TYPE_PERF_EVENT_ARRAY, "CONFIG_PERF_EVENTS" },
	{ BPF_MAP_TYPE_STACK_TRACE, "CONFIG_PERF_EVENTS" },
	{ BPF_MAP_TYPE_INODE_STORAGE, "CONFIG_BPF_LSM" },
	{ BPF_MAP_TYPE_STRUCT_OPS, "CONFIG_BPF_JIT" },
	{ BPF_MAP_TYPE_STRUCT_OPS, "CONFIG_DEBUG_INFO_BTF" },
	{ BPF_MAP_TYPE_ARENA, "CONFIG_BPF_JIT" },
};

static const struct row helpers[] = {
	{ BPF_FUNC_override_return, "CONFIG_BPF_KPROBE_OVERRIDE" },
	{ BPF_FUNC_override_return, "CONFIG_FUNCTION_ERROR_INJECTION" },
	{ BPF_FUNC_inode_storage_get, "CONFIG_BPF_LSM" },
	{ BPF_FUNC_inode_storage_delete, "CONFIG_BPF_LSM" },
	{ BPF_FUNC_get_cgroup_classid, "CONFIG_CGROUP_NET_CLASSID" },
	{ BPF_FUNC_skb_get_xfrm_state, "CONFIG_XFRM" },
	{ BPF_FUNC_ima_inode_hash, "CONFIG_IMA" },
	{ BPF_FUNC_ima_file_hash, "CONFIG_IMA" },
};

static void
add(struct options *o, const char *option)
{
	size_t	 i;

	for (i = 0; i < o->n; i++)
		if (strcmp(o->v[i], option) == 0)
			return;
	if (o->n < OPTIONS_MAX)
		o->v[o->n++] = option;
}

static void
add_rows(struct options *o, const struct row *rows, size_t n, uint32_t id)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (rows[i].id == id)
			add(o, rows[i].option);
}

#define ROWS(t)	(t), sizeof(t) / sizeof((t)[0])

void
options_for_program(struct options *o, uint32_t type, uint32_t attach_type,
    const struct target *t)
{
	add_rows(o, ROWS(programs), type);
	add_rows(o, ROWS(targets), (uint32_t)t->kind);
	if (type == BPF_PROG_TYPE_TRACING && attach_type == BPF_MODIFY_RETURN)
		add(o, "CONFIG_FUNCTION_ERROR_INJECTION");
	if (t->kind == TARGET_TRACEPOINT && strcmp(t->group, "syscalls") == 0)
		add(o, "CONFIG_FTRACE_SYSCALLS");
}

void
options_for_map(struct options *o, uint32_t type, const char *ops_type)
{
	static const struct { const char *type, *option; } ops[] = {
		{ "sched_ext_ops", "CONFIG_SCHED_CLASS_EXT" },
		{ "hid_bpf_ops", "CONFIG_HID_BPF" },
		{ "Qdisc_ops", "CONFIG_NET_SCH_BPF" },
	};
	size_t	 i;

	add_rows(o, ROWS(maps), type);
	for (i = 0; ops_type != NULL && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(ops[i].type, ops_type) == 0)
			add(o, ops[i].option);
}

void
options_for_helper(struct options *o, uint32_t id)
{
	add_rows(o, ROWS(helpers), id);
}
