/* A queue with keys. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, int);
} map_queue_key_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
map_queue_key(void *ctx)
{
	int	 key = 1;

	return bpf_map_peek_elem(&map_queue_key_m, &key) == 0;
}

LICENSE("GPL");
