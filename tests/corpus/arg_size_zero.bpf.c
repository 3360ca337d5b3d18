/* Hands a buffer of no bytes to a helper that wants some. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
arg_size_zero(void *ctx)
{
	char	 a[16];

	bpf_get_current_comm(a, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
