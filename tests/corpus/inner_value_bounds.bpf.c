/* Reads behind the value of a map that is in a map. */
#include "corpus.h"

struct inner_value_bounds_i {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, __u64);
} inner_value_bounds_a SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, int);
	__array(values, struct inner_value_bounds_i);
} inner_value_bounds_m SEC(".maps") = {
	.values = { &inner_value_bounds_a },
};

SEC("tc")
int
inner_value_bounds(struct __sk_buff *ctx)
{
	int	 key = 0;
	void	*inner = bpf_map_lookup_elem(&inner_value_bounds_m, &key);
	__u64	*v;

	if (inner == NULL || (v = bpf_map_lookup_elem(inner, &key)) == NULL)
		return 0;
	return ((volatile __u64 *)v)[1] == 7; /* HERE */
}

LICENSE("GPL");
