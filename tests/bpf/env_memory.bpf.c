/* Half a GiB: a guest of 512 MiB has not as much left, one of 1 GiB has. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << 23);
	__type(key, __u32);
	__type(value, __u64[8]);
} table SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	key = 0;

	return bpf_map_lookup_elem(&table, &key) != NULL;
}

LICENSE("GPL");
