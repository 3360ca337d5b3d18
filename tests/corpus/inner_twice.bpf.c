/* A map of maps of maps. */
#include "corpus.h"

struct inner_twice_i {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
};
struct inner_twice_o {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, int);
	__array(values, struct inner_twice_i);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, int);
	__array(values, struct inner_twice_o);
} inner_twice_m SEC(".maps");

SEC("tc")
int
inner_twice(struct __sk_buff *ctx)
{
	int	 key = 0;

	return bpf_map_lookup_elem(&inner_twice_m, &key) != NULL;
}

LICENSE("GPL");
