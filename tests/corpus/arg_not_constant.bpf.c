/* Asks for a ring buffer record of a size not known before. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} arg_not_constant_m SEC(".maps");

SEC("raw_tp/sched_switch")
int
arg_not_constant(void *ctx)
{
	__u64	 n = bpf_get_prandom_u32() & 63;
	void	*e;

	e = bpf_ringbuf_reserve(&arg_not_constant_m, n, 0); /* HERE */
	if (e != NULL)
		bpf_ringbuf_discard(e, 0);
	return 0;
}

LICENSE("GPL");
