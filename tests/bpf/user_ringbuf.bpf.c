/* A ring buffer user space writes and a program drains (6.1). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 64 * 1024);
} orders SEC(".maps");

static long
take(struct bpf_dynptr *d, void *sum)
{
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u64	sum = 0;

	bpf_user_ringbuf_drain(&orders, take, &sum, 0);
	return 0;
}

LICENSE("GPL");
