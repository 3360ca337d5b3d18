/* Writes behind the end of a map value. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[4]);
} slots SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&slots, &key);

	if (v != NULL)
		v[bpf_get_prandom_u32() & 7] = 1;
	return 0;
}

LICENSE("GPL");
