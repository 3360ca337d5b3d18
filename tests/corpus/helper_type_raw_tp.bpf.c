/* A raw tracepoint reads a packet by a helper. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
helper_type_raw_tp(void *ctx)
{
	char	 a[4];

	bpf_skb_load_bytes(ctx, 0, a, sizeof(a)); /* HERE */
	return 0;
}

LICENSE("GPL");
