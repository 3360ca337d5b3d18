/* Describes a map the way libbpf did before 1.0. */
#include "corpus.h"

struct {
	__u32	 type, key_size, value_size, max_entries;
} legacy_map SEC("maps") = { BPF_MAP_TYPE_ARRAY, 4, 4, 1 };

SEC("raw_tp/sched_switch")
int
legacy_maps(void *ctx)
{
	int	 key = 0;

	return bpf_map_lookup_elem(&legacy_map, &key) != NULL;
}

LICENSE("GPL");
