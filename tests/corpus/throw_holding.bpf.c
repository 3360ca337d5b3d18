/* Throws an exception while it holds a record. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} throw_holding_m SEC(".maps");
extern void	 bpf_throw(__u64) __ksym;

SEC("tc")
int
throw_holding(struct __sk_buff *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&throw_holding_m, sizeof(*e), 0);

	if (e == NULL)
		return 0;
	if (ctx->mark == 77)
		bpf_throw(0); /* HERE */
	bpf_ringbuf_discard(e, 0);
	return 0;
}

LICENSE("GPL");
