/* An instruction array map (6.19). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_INSN_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_insn_array_value));
} marks SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return 0;
}

LICENSE("GPL");
