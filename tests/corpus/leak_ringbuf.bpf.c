/* One way out neither submits nor discards the record. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} leak_ringbuf_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
leak_ringbuf(void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&leak_ringbuf_m, sizeof(*e), 0);

	if (e == NULL)
		return 0;
	*(volatile __u64 *)e = 1;
	return 0;
} /* HERE */

LICENSE("GPL");
