/* A socket filter calls a kernel function that is for tracing. */
#include "corpus.h"

extern struct task_struct	*bpf_task_from_pid(__s32) __ksym;
extern void			 bpf_task_release(struct task_struct *) __ksym;

SEC("socket")
int
kfunc_prog_type(struct __sk_buff *ctx)
{
	struct task_struct	*t = bpf_task_from_pid(1); /* HERE */

	if (t != NULL)
		bpf_task_release(t);
	return 0;
}

LICENSE("GPL");
