/* Counts in a constant. */
#include "corpus.h"

const volatile __u64	rodata_atomic_c = 7;

SEC("raw_tp/sched_switch")
int
rodata_atomic(void *ctx)
{
	__sync_fetch_and_add((__u64 *)&rodata_atomic_c, 1); /* HERE */
	return 0;
}

LICENSE("GPL");
