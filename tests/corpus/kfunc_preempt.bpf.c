/* Leaves with preemption off. */
#include "corpus.h"

extern void	 bpf_preempt_disable(void) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG( kfunc_preempt, struct task_struct *task)
{
	bpf_preempt_disable();
	return 0; /* HERE */
}

LICENSE("GPL");
