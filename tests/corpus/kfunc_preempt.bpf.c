/* Leaves with preemption off. */
#include "corpus.h"

extern void	 bpf_preempt_disable(void) __ksym;

SEC("tp_btf/task_newtask")
int
kfunc_preempt(void *ctx)
{
	bpf_preempt_disable();
	return 0; /* HERE */
}

LICENSE("GPL");
