/* Hands a kernel function a number for a pointer. */
#include "corpus.h"

extern void	 bpf_task_release(struct task_struct *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_number, struct task_struct *task)
{
	bpf_task_release((void *)77); /* HERE */
	return 0;
}

LICENSE("GPL");
