/* Releases a task a kernel function may not have found. */
#include "corpus.h"

extern struct task_struct	*bpf_task_from_pid(__s32) __ksym;
extern void			 bpf_task_release(struct task_struct *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_null, struct task_struct *task)
{
	struct task_struct	*t = bpf_task_from_pid(1);

	bpf_task_release(t); /* HERE */
	return 0;
}

LICENSE("GPL");
