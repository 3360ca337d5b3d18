/* Reads the stack at an index larger than the array on it. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
stack_variable(void *ctx)
{
	__u64		 i = bpf_get_prandom_u32() & 1023;
	volatile char	 a[16] = {};

	barrier_var(i);
	return a[i]; /* HERE */
}

LICENSE("GPL");
