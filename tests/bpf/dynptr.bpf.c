/* A dynamic pointer to a local buffer's copy in a ring buffer (5.19). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct bpf_dynptr	d;
	__u64			v = 1;

	bpf_ringbuf_reserve_dynptr(&events, sizeof(v), 0, &d);
	bpf_dynptr_write(&d, 0, &v, sizeof(v), 0);
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

LICENSE("GPL");
