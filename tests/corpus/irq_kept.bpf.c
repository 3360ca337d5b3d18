/* Ends with interrupts off. */
#include "corpus.h"

extern void	 bpf_local_irq_save(unsigned long *) __ksym __weak;

SEC("tc")
int
irq_kept(struct __sk_buff *ctx)
{
	unsigned long	 flags;

	bpf_local_irq_save(&flags);
	return 0; /* HERE */
}

LICENSE("GPL");
