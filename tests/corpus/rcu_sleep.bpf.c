/* Calls what may sleep in an RCU section. */
#include "corpus.h"

extern void	 bpf_rcu_read_lock(void) __ksym __weak;
extern void	 bpf_rcu_read_unlock(void) __ksym __weak;

SEC("lsm.s/file_open")
int
rcu_sleep(void *ctx)
{
	int	 n = 0;

	bpf_rcu_read_lock();
	bpf_copy_from_user(&n, sizeof(n), (void *)4096); /* HERE */
	bpf_rcu_read_unlock();
	return 0;
}

LICENSE("GPL");
