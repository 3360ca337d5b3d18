/* Fills a ring buffer record that may not have been granted. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} null_ringbuf_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
null_ringbuf(void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&null_ringbuf_m, sizeof(*e), 0);

	*(volatile __u64 *)e = 1; /* HERE */
	bpf_ringbuf_submit(e, 0);
	return 0;
}

LICENSE("GPL");
