/*
 * Which ways of attaching this kernel has, by doing each with a program that
 * only returns, on something every kernel has; undone at once.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/perf_event.h>

#include "facts.h"
#include "landmark.h"
#include "tryload.h"

/* What user space can have traced everywhere, and is seldom called. */
#define SOME_FUNCTION	"vfs_statfs"
#define TEST_FUNCTION	"bpf_fentry_test1"
#define TEST_MODIFY	"bpf_modify_return_test"
#define SOME_EVENT	"sched_process_exec"

/* The loopback interface is always the first. */
#define LO_INDEX	1

#define KERNEL_ENOTSUPP	524

struct	kind {
	const char	*name;	/* libbpf's section word */
	enum bpf_prog_type type;
	int		 attach; /* expected attach type */
	uint32_t	 flags;
	const char	*target; /* in the kernel's BTF, or NULL */
	int		 (*link)(int prog, const struct kind *);
};

/* --- links; a descriptor or negative errno ---------------------------------- */

static int
link_tracing(int prog, const struct kind *k)
{
	return bpf_raw_tracepoint_open(k->type == BPF_PROG_TYPE_RAW_TRACEPOINT
	    ? SOME_EVENT : NULL, prog);
}

static int
link_iter(int prog, const struct kind *k)
{
	(void)k;
	return bpf_link_create(prog, 0, BPF_TRACE_ITER, NULL);
}

/* A number in a file below /sys. */
static long
read_id(const char *path)
{
	char	 text[32];
	FILE	*f = fopen(path, "re");
	long	 n = -1;

	if (f == NULL)
		return -errno;
	if (fgets(text, sizeof(text), f) != NULL)
		n = strtol(text, NULL, 10);
	fclose(f);
	return n < 0 ? -EINVAL : n;
}

/* Opens the event and gives it the program; the old way, without a link. */
static int
give_event(int prog, struct perf_event_attr *attr)
{
	int	 fd, err;

	attr->size = sizeof(*attr);
	attr->sample_period = 1;
	fd = (int)syscall(SYS_perf_event_open, attr, -1, 0, -1,
	    PERF_FLAG_FD_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int
link_tracepoint(int prog, const struct kind *k)
{
	struct perf_event_attr	 attr = { .type = PERF_TYPE_TRACEPOINT };
	long			 id;

	(void)k;
	id = read_id("/sys/kernel/tracing/events/sched/" SOME_EVENT "/id");
	if (id < 0)
		return (int)id;
	attr.config = (uint64_t)id;
	return give_event(prog, &attr);
}

static int
link_kprobe(int prog, const struct kind *k)
{
	struct perf_event_attr	 attr = { 0 };
	long			 type;

	(void)k;
	type = read_id("/sys/bus/event_source/devices/kprobe/type");
	if (type < 0)
		return (int)type;
	attr.type = (uint32_t)type;
	attr.kprobe_func = (uint64_t)(uintptr_t)SOME_FUNCTION;
	return give_event(prog, &attr);
}

/* Where a function of this program is in its file; it is never moved. */
static uint64_t
file_offset(uintptr_t at)
{
	const Elf64_Phdr	*p;
	unsigned long		 i, n = getauxval(AT_PHNUM);

	p = (const Elf64_Phdr *)(uintptr_t)getauxval(AT_PHDR);
	for (i = 0; p != NULL && i < n; i++)
		if (p[i].p_type == PT_LOAD && at >= p[i].p_vaddr &&
		    at - p[i].p_vaddr < p[i].p_filesz)
			return at - p[i].p_vaddr + p[i].p_offset;
	return 0;
}

static int
link_uprobe(int prog, const struct kind *k)
{
	struct perf_event_attr	 attr = { 0 };
	long			 type;

	(void)k;
	type = read_id("/sys/bus/event_source/devices/uprobe/type");
	if (type < 0)
		return (int)type;
	attr.type = (uint32_t)type;
	attr.uprobe_path = (uint64_t)(uintptr_t)"/proc/self/exe";
	attr.probe_offset = file_offset((uintptr_t)bpfcompat_landmark);
	return give_event(prog, &attr);
}

static int
link_perf_event(int prog, const struct kind *k)
{
	struct perf_event_attr	 attr = { .type = PERF_TYPE_SOFTWARE,
				    .config = PERF_COUNT_SW_CPU_CLOCK };

	(void)k;
	return give_event(prog, &attr);
}

static int
link_kprobe_multi(int prog, const struct kind *k)
{
	const char	*syms[] = { SOME_FUNCTION };
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.kprobe_multi.syms = syms;
	opts.kprobe_multi.cnt = 1;
	return bpf_link_create(prog, 0, (enum bpf_attach_type)k->attach,
	    &opts);
}

static int
link_uprobe_multi(int prog, const struct kind *k)
{
	unsigned long	 offset;
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	offset = file_offset((uintptr_t)bpfcompat_landmark);
	opts.uprobe_multi.path = "/proc/self/exe";
	opts.uprobe_multi.offsets = &offset;
	opts.uprobe_multi.cnt = 1;
	return bpf_link_create(prog, 0, (enum bpf_attach_type)k->attach,
	    &opts);
}

static int
link_lo(int prog, const struct kind *k)
{
	return bpf_link_create(prog, LO_INDEX,
	    (enum bpf_attach_type)k->attach, NULL);
}

static int
link_netfilter(int prog, const struct kind *k)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	(void)k;
	opts.netfilter.pf = NFPROTO_IPV4;
	opts.netfilter.hooknum = NF_INET_LOCAL_IN;
	opts.netfilter.priority = 1;
	return bpf_link_create(prog, 0, BPF_NETFILTER, &opts);
}

/* A link to a place that is opened as a file. */
static int
link_file(int prog, const struct kind *k, const char *path)
{
	int	 fd = open(path, O_RDONLY | O_CLOEXEC), link;

	if (fd == -1)
		return -errno;
	link = bpf_link_create(prog, fd, (enum bpf_attach_type)k->attach,
	    NULL);
	close(fd);
	return link;
}

static int
link_cgroup(int prog, const struct kind *k)
{
	return link_file(prog, k, "/sys/fs/cgroup");
}

static int
link_netns(int prog, const struct kind *k)
{
	return link_file(prog, k, "/proc/self/ns/net");
}

/* --- the kinds -------------------------------------------------------------- */

#define TRACING(name, attach, target, link)				\
	{ (name), BPF_PROG_TYPE_TRACING, (attach), 0, (target), (link) }

static const struct kind kinds[] = {
	{ "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, 0, NULL,
	    link_tracepoint },
	{ "raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, NULL,
	    link_tracing },
	TRACING("tp_btf", BPF_TRACE_RAW_TP, SOME_EVENT, link_tracing),
	TRACING("fentry", BPF_TRACE_FENTRY, TEST_FUNCTION, link_tracing),
	TRACING("fexit", BPF_TRACE_FEXIT, TEST_FUNCTION, link_tracing),
	TRACING("fmod_ret", BPF_MODIFY_RETURN, TEST_MODIFY, link_tracing),
	TRACING("iter", BPF_TRACE_ITER, "task", link_iter),
	{ "lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0, "file_open",
	    link_tracing },
	{ "kprobe", BPF_PROG_TYPE_KPROBE, 0, 0, NULL, link_kprobe },
	{ "kprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0,
	    NULL, link_kprobe_multi },
	{ "kprobe.session", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_SESSION, 0,
	    NULL, link_kprobe_multi },
	{ "uprobe", BPF_PROG_TYPE_KPROBE, 0, 0, NULL, link_uprobe },
	{ "uprobe.multi", BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, 0,
	    NULL, link_uprobe_multi },
	{ "uprobe.session", BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_SESSION, 0,
	    NULL, link_uprobe_multi },
	{ "perf_event", BPF_PROG_TYPE_PERF_EVENT, 0, 0, NULL,
	    link_perf_event },
	{ "xdp", BPF_PROG_TYPE_XDP, BPF_XDP, 0, NULL, link_lo },
	{ "tcx", BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS, 0, NULL, link_lo },
	{ "cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, 0,
	    NULL, link_cgroup },
	{ "lsm_cgroup", BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, 0, "socket_post_create",
	    link_cgroup },
	{ "sk_lookup", BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0, NULL,
	    link_netns },
	{ "netfilter", BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, 0, NULL,
	    link_netfilter },
};

void
probes_list_attach(struct facts *f)
{
	size_t	 i;

	f->nattach = 0;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		f->attach[f->nattach++] = (struct probe){
		    .name = kinds[i].name };
}

/* The program; a refused one of these can only be one that is not known. */
static int
load(const struct kind *k, const struct btf *btf)
{
	const struct bpf_insn	 insns[] = { INSN_MOV0(0), INSN_EXIT };
	int			 id;
	LIBBPF_OPTS(bpf_prog_load_opts, opts);

	opts.expected_attach_type = (enum bpf_attach_type)k->attach;
	opts.prog_flags = k->flags;
	if (k->target != NULL) {
		if ((id = probes_target(btf, k->target, k->attach)) < 0)
			return id;
		opts.attach_btf_id = (uint32_t)id;
	}
	return bpf_prog_load(k->type, NULL, "GPL", insns, 2, &opts);
}

/* Errors that mean "not here"; others say something about this guest. */
static bool
means_missing(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP || err == -ENOSYS ||
	    err == -ENOENT || err == -ESRCH || err == -EBADF ||
	    err == -KERNEL_ENOTSUPP;
}

void
probes_ask_attach(struct facts *f, const struct btf *btf)
{
	size_t	 i;
	int	 prog, link;

	for (i = 0; i < f->nattach; i++) {
		prog = link = load(&kinds[i], btf);
		if (prog >= 0) {
			link = kinds[i].link(prog, &kinds[i]);
			close(prog);
		}
		probes_settle(&f->attach[i], link >= 0 ? 1 :
		    means_missing(link) ? 0 : link);
		if (link < 0)
			f->attach[i].error = link;
		else
			close(link);
	}
}
