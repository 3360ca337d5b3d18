/* A hash map with a flag no kernel has. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, 1U << 30);
	__type(key, int);
	__type(value, int);
} map_flags_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_flags(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_flags_m, &key) != NULL;
}

LICENSE("GPL");
