/* Leaves an RCU section it never entered. */
#include "corpus.h"

extern void	 bpf_rcu_read_unlock(void) __ksym __weak;

SEC("tp_btf/task_newtask")
int
rcu_unlock_only(void *ctx)
{
	bpf_rcu_read_unlock(); /* HERE */
	return 0;
}

LICENSE("GPL");
