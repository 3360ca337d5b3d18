/* A map type no kernel has given out. */
#include "bpf_test.h"

struct {
	__uint(type, 900);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 8);
} odd SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	key = 0;

	return bpf_map_lookup_elem(&odd, &key) != NULL;
}

LICENSE("GPL");
