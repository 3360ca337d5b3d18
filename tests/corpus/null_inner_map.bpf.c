/* Looks a key up in an inner map that may not be there. */
#include "corpus.h"

struct null_inner_map_i {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, int);
	__array(values, struct null_inner_map_i);
} null_inner_map_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
null_inner_map(void *ctx)
{
	int	 key = bpf_get_prandom_u32();
	void	*inner = bpf_map_lookup_elem(&null_inner_map_m, &key);

	return bpf_map_lookup_elem(inner, &key) != NULL; /* HERE */
}

LICENSE("GPL");
