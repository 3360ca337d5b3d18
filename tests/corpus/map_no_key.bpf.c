/* A hash map without keys. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(key_size, 0);
	__uint(value_size, 4);
} map_no_key_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_no_key(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_no_key_m, &key) != NULL;
}

LICENSE("GPL");
