/* Releases a task twice. */
#include "corpus.h"

extern struct task_struct	*bpf_task_from_pid(__s32) __ksym __weak;
extern void	 bpf_task_release(struct task_struct *) __ksym __weak;

SEC("tp_btf/task_newtask")
int
kfunc_twice(void *ctx)
{
	struct task_struct	*t = bpf_task_from_pid(1);

	if (t == NULL)
		return 0;
	bpf_task_release(t);
	bpf_task_release(t); /* HERE */
	return 0;
}

LICENSE("GPL");
