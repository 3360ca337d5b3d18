/* Updates a map that programs may only read. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, int);
	__type(value, int);
} map_update_read_only_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_update_read_only(void *ctx)
{
	int	 key = 1;

	bpf_map_update_elem(&map_update_read_only_m, &key, &key, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
