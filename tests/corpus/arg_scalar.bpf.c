/* Hands a number to a helper that wants a pointer. */
#include "corpus.h"

MAP(arg_scalar_m, BPF_MAP_TYPE_HASH, int, int, 8);

SEC("raw_tp/sched_switch")
int
arg_scalar(void *ctx)
{
	bpf_map_lookup_elem(&arg_scalar_m, (void *)8); /* HERE */
	return 0;
}

LICENSE("GPL");
