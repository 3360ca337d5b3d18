/*
 * Every way to trace that 5.10 has, each attached: tracepoints under all
 * their names, kprobes, user-space probes, trampolines; lsm.bpf.c has the rest.
 */
#define __TARGET_ARCH_x86
#include <linux/ptrace.h>

#include "bpf_test.h"

#include <bpf/usdt.bpf.h>

#define VALIDATOR	"/bin/bpfcompat-validator:"

#define PROG(section, name)						\
	SEC(section)							\
	int								\
	on_##name(void *ctx)							\
	{								\
		return 0;						\
	}

PROG("tp/sched/sched_process_exit", tp)
PROG("tracepoint/syscalls/sys_enter_nanosleep", tracepoint)
PROG("raw_tp/sched_process_exit", raw_tp)
PROG("raw_tracepoint/sched_process_exit", raw_tracepoint)
/* The one writable tracepoint that is in every kernel. */
PROG("raw_tp.w/bpf_test_finish", raw_tp_w)
PROG("raw_tracepoint.w/bpf_test_finish", raw_tracepoint_w)
PROG("tp_btf/sched_process_exit", tp_btf)

PROG("kprobe/do_nanosleep", kprobe)
PROG("kprobe/do_nanosleep+0", kprobe_offset)
PROG("kretprobe/do_nanosleep", kretprobe)
PROG("ksyscall/nanosleep", ksyscall)
PROG("kretsyscall/nanosleep", kretsyscall)

PROG("uprobe/" VALIDATOR "bpfcompat_landmark", uprobe)
PROG("uretprobe/" VALIDATOR "bpfcompat_landmark", uretprobe)
PROG("usdt/" VALIDATOR "bpfcompat:landmark", usdt)

PROG("fentry/vfs_read", fentry)
PROG("fexit/vfs_read", fexit)
/* Where no function is listed for error injection, security hooks remain. */
PROG("fmod_ret/security_file_open", fmod_ret)

PROG("perf_event", perf_event)

LICENSE("GPL");
