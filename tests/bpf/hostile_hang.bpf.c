/*
 * Once attached the next switch between tasks takes years, with interrupts
 * off (needs bpf_loop, 5.17).
 */
#include "bpf_test.h"

#define TURNS	(1 << 23)

static int
inner(__u32 i, void *sum)
{
	*(__u64 *)sum += bpf_get_prandom_u32();
	return 0;
}

static int
outer(__u32 i, void *sum)
{
	bpf_loop(TURNS, inner, sum, 0);
	return 0;
}

SEC("raw_tracepoint/sched_switch")
int
hang(void *ctx)
{
	__u64	sum = 0;

	bpf_loop(TURNS, outer, &sum, 0);
	return sum == 1;
}

LICENSE("GPL");
