/* A hash map whose values are larger than the kernel allocates. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, int);
	__uint(value_size, 1 << 30);
} map_value_huge_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_value_huge(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_value_huge_m, &key) != NULL;
}

LICENSE("GPL");
