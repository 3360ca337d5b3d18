/* A per-CPU array whose values are larger than a CPU's unit. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__uint(value_size, 65536);
} map_percpu_value_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_percpu_value(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_percpu_value_m, &key) != NULL;
}

LICENSE("GPL");
