/* A tail call through a map that holds no programs. */
#include "corpus.h"

MAP(arg_map_kind_m, BPF_MAP_TYPE_HASH, int, int, 8);

SEC("raw_tp/sched_switch")
int
arg_map_kind(void *ctx)
{
	bpf_tail_call(ctx, &arg_map_kind_m, 1); /* HERE */
	return 0;
}

LICENSE("GPL");
