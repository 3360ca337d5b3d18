/* Waits for luck. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
loop_random(void *ctx)
{
	while (bpf_get_prandom_u32() != 77) /* HERE */
		;
	return 0;
}

LICENSE("GPL");
