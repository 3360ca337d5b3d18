/* Programs that may sleep, by trampoline (6.2), uprobe (6.0) and iterator. */
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

PROG("fentry.s/bpf_fentry_test1", fentry)
PROG("fexit.s/bpf_fentry_test1", fexit)
PROG("fmod_ret.s/bpf_fentry_test1", fmod_ret)
PROG("uprobe.s/" VALIDATOR "bpfcompat_landmark", uprobe)
PROG("uretprobe.s/" VALIDATOR "bpfcompat_landmark", uretprobe)
PROG("usdt.s/" VALIDATOR "bpfcompat:landmark", usdt)
PROG("iter.s/task", iter)

LICENSE("GPL");
