/* Puts a hash into a map that was declared to hold arrays. */
#include "corpus.h"

struct inner_other_type_i {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
};
MAP(inner_other_type_h, BPF_MAP_TYPE_HASH, int, __u64, 4);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, int);
	__array(values, struct inner_other_type_i);
} inner_other_type_m SEC(".maps") = {
	.values = { (void *)&inner_other_type_h },
};

SEC("tc")
int
inner_other_type(struct __sk_buff *ctx)
{
	int	 key = 0;

	return bpf_map_lookup_elem(&inner_other_type_m, &key) != NULL;
}

LICENSE("GPL");
