/* Writes behind the end of a ring buffer record. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} oob_record_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
oob_record(void *ctx)
{
	char	*e = bpf_ringbuf_reserve(&oob_record_m, 8, 0);

	if (e == NULL)
		return 0;
	*(volatile __u64 *)(e + 8) = 1; /* HERE */
	bpf_ringbuf_submit(e, 0);
	return 0;
}

LICENSE("GPL");
