/*
 * Whether the kernel knows a way to attach at all, when an attempt was
 * refused: the same request with a target that cannot be.  A kernel that
 * knows the way complains of the target, another one of the request.
 */
#include "experiment.h"

#include <errno.h>
#include <limits.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "steps.h"

/* An interface and an address that nobody has. */
#define NO_IFACE	INT_MAX
#define NO_ADDRESS	1

static int
ask_kprobes(int prog, enum bpf_attach_type type)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.kprobe_multi.cnt = 1;
	opts.kprobe_multi.addrs = (const unsigned long *)NO_ADDRESS;
	return bpf_link_create(prog, 0, type, &opts);
}

/* A folder is no binary. */
static int
ask_uprobes(int prog, enum bpf_attach_type type)
{
	const unsigned long	 offset = 0;
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.uprobe_multi.path = "/";
	opts.uprobe_multi.offsets = &offset;
	opts.uprobe_multi.cnt = 1;
	return bpf_link_create(prog, -1, type, &opts);
}

static int
ask_iface(int prog, enum bpf_attach_type type)
{
	return bpf_link_create(prog, NO_IFACE, type, NULL);
}

static int
ask_map(int prog, enum bpf_attach_type type)
{
	return bpf_prog_attach(prog, -1, type, 0);
}

static const struct {
	enum bpf_attach_type type;
	int		 (*ask)(int prog, enum bpf_attach_type);
	int		 known;	/* what a kernel that knows it answers */
} ways[] = {
	{ BPF_TRACE_KPROBE_MULTI, ask_kprobes, -EFAULT },
	{ BPF_TRACE_KPROBE_SESSION, ask_kprobes, -EFAULT },
	{ BPF_TRACE_UPROBE_MULTI, ask_uprobes, -EBADF },
	{ BPF_TRACE_UPROBE_SESSION, ask_uprobes, -EBADF },
	{ BPF_TCX_INGRESS, ask_iface, -ENODEV },
	{ BPF_TCX_EGRESS, ask_iface, -ENODEV },
	{ BPF_NETKIT_PRIMARY, ask_iface, -ENODEV },
	{ BPF_NETKIT_PEER, ask_iface, -ENODEV },
	{ BPF_SK_SKB_VERDICT, ask_map, -EBADF },
};

#define NWAYS	(sizeof(ways) / sizeof(ways[0]))

static size_t
way_of(const struct prog *p)
{
	size_t	 i;

	for (i = 0; i < NWAYS; i++)
		if (p->attach_type == ways[i].type)
			break;
	return i;
}

bool
exp_wants_way(const struct exp_case *c)
{
	return c->prog != NULL && way_of(c->prog) < NWAYS;
}

void
exp_way(struct exp_case *c)
{
	struct bpf_program	*p;
	enum exp_answer		 answer = EXP_UNCLEAR;
	const char		*name;
	size_t			 i = way_of(c->prog);
	int			 err;

	p = bpf_object__find_program_by_name(c->run->obj, c->prog->name);
	if (p == NULL || bpf_program__fd(p) < 0)
		return;
	name = libbpf_bpf_attach_type_str(ways[i].type);
	err = ways[i].ask(bpf_program__fd(p), ways[i].type);
	if (err == ways[i].known || err == -EOPNOTSUPP)
		answer = EXP_YES;
	else if (err == -EINVAL || err == -E2BIG)
		answer = EXP_NO;
	exp_say(c, name == NULL ? "unknown" : name, answer, err, "%s",
	    err == -EOPNOTSUPP ? "it knows it and is built without it" :
	    answer == EXP_YES ? "it complains of the target" :
	    answer == EXP_NO ? "it complains of the request" : "");
}

bool
exp_wants_module(const struct exp_case *c)
{
	if (c->prog == NULL)
		return false;
	switch (c->target.kind) {
	case TARGET_KPROBE:
	case TARGET_TRAMPOLINE:
	case TARGET_TRACEPOINT:
	case TARGET_RAW_TRACEPOINT:
	case TARGET_BTF_TRACEPOINT:
		return c->run->no_modules || c->prog->module[0] != '\0';
	default:
		return false;
	}
}

void
exp_module(struct exp_case *c)
{
	if (c->prog->module[0] != '\0')
		exp_say(c, c->prog->module, EXP_YES, 0, "%s", "what a module "
		    "holds is there only while it is loaded");
	else
		exp_say(c, "any module", EXP_UNCLEAR, 0, "%s", "the modules of "
		    "this kernel are not at hand");
}
