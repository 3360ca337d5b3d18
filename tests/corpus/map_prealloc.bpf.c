/* A hash that allocates when it is written, for a perf event. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, int);
} map_prealloc_m SEC(".maps");

SEC("perf_event")
int
map_prealloc(void *ctx)
{
	int	 key = 1;

	bpf_map_update_elem(&map_prealloc_m, &key, &key, BPF_ANY);
	return 0;
}

LICENSE("GPL");
