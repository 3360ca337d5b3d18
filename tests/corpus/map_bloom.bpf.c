/* A bloom filter (5.16). */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 8);
	__type(value, int);
} map_bloom_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_bloom(void *ctx)
{
	int	 key = 1;

	return bpf_map_peek_elem(&map_bloom_m, &key) == 0;
}

LICENSE("GPL");
