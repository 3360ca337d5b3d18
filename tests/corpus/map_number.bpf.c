/* A map type no kernel has given out. */
#include "corpus.h"

struct {
	__uint(type, 1000);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, int);
} map_number_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_number(void *ctx)
{
	int	 key = 1;

	return bpf_map_lookup_elem(&map_number_m, &key) != NULL;
}

LICENSE("GPL");
