/* Hands a length without an upper bound to a helper. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
arg_size_unbounded(void *ctx)
{
	__u32	 n = bpf_ktime_get_ns();
	char	 a[16];

	bpf_get_current_comm(a, n); /* HERE */
	return 0;
}

LICENSE("GPL");
