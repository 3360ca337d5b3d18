/* Submits a record twice. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} dynptr_twice_m SEC(".maps");

SEC("tc")
int
dynptr_twice(struct __sk_buff *ctx)
{
	struct bpf_dynptr	 d;

	bpf_ringbuf_reserve_dynptr(&dynptr_twice_m, 8, 0, &d);
	bpf_ringbuf_submit_dynptr(&d, 0);
	bpf_ringbuf_submit_dynptr(&d, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
