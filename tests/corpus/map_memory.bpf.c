/* A hash map of 67 million entries, made in advance. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 67108864);
	__type(key, int);
	__type(value, __u64);
} map_memory_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_memory(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_memory_m, &key) != NULL;
}

LICENSE("GPL");
