/* Takes the run queues, which are structures, for a number. */
#include "corpus.h"

extern const int	runqueues __ksym;

SEC("raw_tp/sched_switch")
int
ksym_kind(void *ctx)
{
	int	*p = bpf_per_cpu_ptr(&runqueues, 0);

	return p != NULL && *(volatile int *)p == 1;
}

LICENSE("GPL");
