/* Leaves by a tail call with a record in hand. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} tail_reference_m SEC(".maps");
MAP(tail_reference_p, BPF_MAP_TYPE_PROG_ARRAY, int, int, 2);

SEC("tc")
int
tail_reference(struct __sk_buff *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&tail_reference_m, sizeof(*e), 0);

	if (e == NULL)
		return 0;
	bpf_tail_call(ctx, &tail_reference_p, 1); /* HERE */
	bpf_ringbuf_discard(e, 0);
	return 0;
}

LICENSE("GPL");
