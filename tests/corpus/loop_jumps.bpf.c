/* Every turn leaves a branch behind: more than the verifier keeps. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
loop_jumps(void *ctx)
{
	__u64	 i, n = bpf_ktime_get_ns();

	for (i = 0; i < n; i++)
		if (bpf_get_prandom_u32() == 7)
			return 1;
	return 0;
}

LICENSE("GPL");
