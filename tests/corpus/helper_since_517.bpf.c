/* bpf_loop(), a helper of 5.17. */
#include "corpus.h"

NOINLINE int
helper_since_517_turn(__u32 i, void *sum)
{
	*(__u32 *)sum += i;
	return 0;
}

SEC("raw_tp/sched_switch")
int
helper_since_517(void *ctx)
{
	__u32	 sum = 0;

	bpf_loop(10, helper_since_517_turn, &sum, 0);
	return sum == 1;
}

LICENSE("GPL");
