/* Hands a number where a helper wants a function. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
cb_number(void *ctx)
{
	bpf_loop(10, (void *)77, NULL, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
