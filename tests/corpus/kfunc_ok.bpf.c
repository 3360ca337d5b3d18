/* Looks a task up by kernel functions of 6.2. */
#include "corpus.h"

extern struct task_struct	*bpf_task_from_pid(__s32) __ksym;
extern void			 bpf_task_release(struct task_struct *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_ok, struct task_struct *task)
{
	struct task_struct	*t = bpf_task_from_pid(1);

	if (t != NULL)
		bpf_task_release(t);
	return 0;
}

LICENSE("GPL");
