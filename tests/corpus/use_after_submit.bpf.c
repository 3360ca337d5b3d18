/* Writes to a record it has already submitted. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} use_after_submit_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
use_after_submit(void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&use_after_submit_m, sizeof(*e), 0);

	if (e == NULL)
		return 0;
	bpf_ringbuf_submit(e, 0);
	*(volatile __u64 *)e = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
