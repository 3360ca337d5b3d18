/* Calls what may sleep with preemption off. */
#include "corpus.h"

extern void	 bpf_preempt_disable(void) __ksym __weak;
extern void	 bpf_preempt_enable(void) __ksym __weak;

SEC("lsm.s/file_open")
int
preempt_sleep(void *ctx)
{
	int	 n = 0;

	bpf_preempt_disable();
	bpf_copy_from_user(&n, sizeof(n), (void *)4096); /* HERE */
	bpf_preempt_enable();
	return 0;
}

LICENSE("GPL");
