/* A ring buffer of an odd size, which the loader rounds up. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} ringbuf_size_ok_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
ringbuf_size_ok(void *ctx)
{
	__u64	 a = 1;

	bpf_ringbuf_output(&ringbuf_size_ok_m, &a, sizeof(a), 0);
	return 0;
}

LICENSE("GPL");
