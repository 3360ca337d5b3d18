/* A callback reads behind what it was handed. */
#include "corpus.h"

MAP(cb_bounds_m, BPF_MAP_TYPE_HASH, int, __u64, 8);

NOINLINE long
cb_bounds_each(void *map, int *key, __u64 *value, void *arg)
{
	return ((volatile __u64 *)value)[1] & 1; /* HERE */
}

SEC("raw_tp/sched_switch")
int
cb_bounds(void *ctx)
{
	bpf_for_each_map_elem(&cb_bounds_m, cb_bounds_each, NULL, 0);
	return 0;
}

LICENSE("GPL");
