/* bpf_ktime_get_tai_ns(), a helper of 6.1. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
helper_since_61(void *ctx)
{
	return bpf_ktime_get_tai_ns() == 1; /* HERE */
}

LICENSE("GPL");
