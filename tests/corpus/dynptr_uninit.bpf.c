/* Reads a dynptr that was never made. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
dynptr_uninit(void *ctx)
{
	struct bpf_dynptr	 d;
	__u64			 v = 1;

	bpf_dynptr_read(&v, sizeof(v), &d, 0, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
