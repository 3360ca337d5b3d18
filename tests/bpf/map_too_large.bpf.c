/* An array of 32 GiB: the type is fine, the memory is not there. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << 29);
	__type(key, __u32);
	__type(value, __u64[8]);
} huge SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	key = 0;

	return bpf_map_lookup_elem(&huge, &key) != NULL;
}

LICENSE("GPL");
