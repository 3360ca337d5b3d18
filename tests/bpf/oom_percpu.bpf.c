/*
 * A map whose creation uses up the guest's memory: 512 MiB for each CPU, in
 * pages the kernel takes one by one, so that its OOM killer has the last word.
 */
#include "bpf_test.h"

struct slot {
	char	room[32768];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct slot);
} big SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getpid")
int
touch(void *ctx)
{
	__u32		 key = 0;

	return bpf_map_lookup_elem(&big, &key) == NULL;
}

LICENSE("GPL");
