/* A hash map that resizes itself (7.2). */
#include "bpf_test.h"

#define MAP_TYPE_RHASH	35

struct {
	__uint(type, MAP_TYPE_RHASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} by_pid SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	key = bpf_get_current_pid_tgid() >> 32;

	return bpf_map_lookup_elem(&by_pid, &key) != NULL;
}

LICENSE("GPL");
