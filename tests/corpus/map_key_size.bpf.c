/* An array whose keys have eight bytes. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, int);
} map_key_size_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_key_size(void *ctx)
{
	__u64	 key = 1;

	return bpf_map_lookup_elem(&map_key_size_m, &key) != NULL;
}

LICENSE("GPL");
