/* Never submits a record it reserved as a dynptr. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} dynptr_leak_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
dynptr_leak(void *ctx)
{
	struct bpf_dynptr	 d;

	bpf_ringbuf_reserve_dynptr(&dynptr_leak_m, 8, 0, &d);
	return 0; /* HERE */
}

LICENSE("GPL");
