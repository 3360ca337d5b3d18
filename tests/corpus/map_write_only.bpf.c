/* Reads a map that programs may only write. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_WRONLY_PROG);
	__type(key, int);
	__type(value, int);
} map_write_only_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_write_only(void *ctx)
{
	int	 key = bpf_get_prandom_u32();
	int	*v = bpf_map_lookup_elem(&map_write_only_m, &key);

	if (v == NULL)
		return 0;
	return *(volatile int *)v; /* HERE */
}

LICENSE("GPL");
