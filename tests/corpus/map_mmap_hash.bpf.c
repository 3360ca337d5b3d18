/* A hash that user space is to map. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, int);
	__type(value, int);
} map_mmap_hash_m SEC(".maps");

SEC("tc")
int
map_mmap_hash(struct __sk_buff *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_mmap_hash_m, &key) != NULL;
}

LICENSE("GPL");
