/* Reserves a record as a dynptr and submits it. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} dynptr_ok_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
dynptr_ok(void *ctx)
{
	struct bpf_dynptr	 d;
	__u64			 v = 1;

	bpf_ringbuf_reserve_dynptr(&dynptr_ok_m, sizeof(v), 0, &d);
	bpf_dynptr_write(&d, 0, &v, sizeof(v), 0);
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

LICENSE("GPL");
