/* A bloom filter map (5.16). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 1000);
	__type(value, __u32);
} seen SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_map_peek_elem(&seen, &pid) != 0)
		bpf_map_push_elem(&seen, &pid, BPF_ANY);
	return 0;
}

LICENSE("GPL");
