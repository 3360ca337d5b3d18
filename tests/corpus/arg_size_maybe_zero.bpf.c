/* Hands a length between 0 and 15 to a helper that wants some. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
arg_size_maybe_zero(void *ctx)
{
	__u64	 n = bpf_get_prandom_u32() & 15;
	char	 a[16];

	barrier_var(n);
	bpf_get_current_comm(a, n); /* HERE */
	return 0;
}

LICENSE("GPL");
