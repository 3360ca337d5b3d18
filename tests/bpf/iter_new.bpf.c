/* Iterators that came between 5.12 and 6.1, each read once. */
#include "bpf_test.h"

#define PROG(target, name)						\
	SEC("iter/" target)						\
	int								\
	on_##name(void *ctx)							\
	{								\
		return 0;						\
	}

PROG("task_vma", task_vma)
PROG("unix", unix)
PROG("bpf_link", bpf_link)
PROG("ksym", ksym)
PROG("cgroup", cgroup)

LICENSE("GPL");
