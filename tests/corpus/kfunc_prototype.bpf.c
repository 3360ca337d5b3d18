/* Declares a kernel function with another argument than it has. */
#include "corpus.h"

extern void	 bpf_task_release(__u64 *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_prototype, struct task_struct *task)
{
	__u64	 n = 1;

	bpf_task_release(&n);
	return 0;
}

LICENSE("GPL");
