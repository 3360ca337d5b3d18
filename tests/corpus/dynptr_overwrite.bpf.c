/* Writes over a dynptr on the stack. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} dynptr_overwrite_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
dynptr_overwrite(void *ctx)
{
	struct bpf_dynptr	 d;

	bpf_ringbuf_reserve_dynptr(&dynptr_overwrite_m, 8, 0, &d);
	*(volatile __u64 *)&d = 1; /* HERE */
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

LICENSE("GPL");
