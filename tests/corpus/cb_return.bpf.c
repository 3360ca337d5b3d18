/* A callback of bpf_loop() returns 2. */
#include "corpus.h"

NOINLINE int
cb_return_turn(__u32 i, void *arg)
{
	return 2; /* HERE */
}

SEC("raw_tp/sched_switch")
int
cb_return(void *ctx)
{
	bpf_loop(10, cb_return_turn, NULL, 0);
	return 0;
}

LICENSE("GPL");
