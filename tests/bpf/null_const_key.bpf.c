/*
 * As verifier_null, but the key is a constant inside the array: since 6.14
 * the verifier knows that such a lookup cannot fail.
 */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} slot SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&slot, &key);

	*v += 1;
	return 0;
}

LICENSE("GPL");
