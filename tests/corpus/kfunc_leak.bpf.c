/* Never releases a task it acquired from a kernel function. */
#include "corpus.h"

extern struct task_struct	*bpf_task_from_pid(__s32) __ksym;

SEC("tp_btf/task_newtask")
int
kfunc_leak(void *ctx)
{
	struct task_struct	*t = bpf_task_from_pid(1);

	barrier_var(t);
	return 0; /* HERE */
}

LICENSE("GPL");
