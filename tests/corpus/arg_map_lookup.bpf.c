/* Looks up a value in a map that cannot be read so. */
#include "corpus.h"

MAP(arg_map_lookup_m, BPF_MAP_TYPE_PERF_EVENT_ARRAY, int, int, 8);

SEC("raw_tp/sched_switch")
int
arg_map_lookup(void *ctx)
{
	int	 key = 1;

	bpf_map_lookup_elem(&arg_map_lookup_m, &key); /* HERE */
	return 0;
}

LICENSE("GPL");
