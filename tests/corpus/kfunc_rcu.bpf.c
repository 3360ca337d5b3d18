/* Leaves an RCU section open. */
#include "corpus.h"

extern void	 bpf_rcu_read_lock(void) __ksym;

SEC("tp_btf/task_newtask")
int
kfunc_rcu(void *ctx)
{
	bpf_rcu_read_lock();
	return 0; /* HERE */
}

LICENSE("GPL");
