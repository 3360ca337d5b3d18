/* Uses what a map lookup returned without a test for NULL. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&seen, &key);

	*v += 1;
	return 0;
}

LICENSE("GPL");
