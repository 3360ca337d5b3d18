/* Submits a record by an address within it. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} record_moved_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
record_moved(void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&record_moved_m, 2 * sizeof(*e), 0);

	if (e == NULL)
		return 0;
	bpf_ringbuf_submit(e + 1, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
