/* A trie without the flag that every trie has to have. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, int);
} map_trie_flags_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_trie_flags(void *ctx)
{
	__u64	 key = 32;

	return bpf_map_lookup_elem(&map_trie_flags_m, &key) != NULL;
}

LICENSE("GPL");
