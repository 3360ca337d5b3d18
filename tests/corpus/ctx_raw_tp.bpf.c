/* Reads the 21st argument of a raw tracepoint. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
ctx_raw_tp(struct bpf_raw_tracepoint_args *ctx)
{
	return ((volatile __u64 *)ctx->args)[20] != 0; /* HERE */
}

LICENSE("GPL");
