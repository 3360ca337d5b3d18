/* A map that is pinned by its name. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, int);
} map_pinned_ok_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_pinned_ok(void *ctx)
{
	int	 key = 0;

	return bpf_map_lookup_elem(&map_pinned_ok_m, &key) != NULL;
}

LICENSE("GPL");
