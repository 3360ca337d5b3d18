/* Tells a helper that a buffer of 16 bytes has 64. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
arg_size_large(void *ctx)
{
	char	 a[16];

	bpf_get_current_comm(a, 64); /* HERE */
	return 0;
}

LICENSE("GPL");
