/* A program puts a map into a map of maps. */
#include "corpus.h"

struct outer_update_i {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} outer_update_a SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, int);
	__array(values, struct outer_update_i);
} outer_update_m SEC(".maps");

SEC("tc")
int
outer_update(struct __sk_buff *ctx)
{
	int	 key = 0;

	bpf_map_update_elem(&outer_update_m, &key, &key, BPF_ANY); /* HERE */
	return 0;
}

LICENSE("GPL");
