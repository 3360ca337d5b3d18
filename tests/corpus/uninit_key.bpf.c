/* Looks up a key on the stack that was never written. */
#include "corpus.h"

MAP(uninit_key_m, BPF_MAP_TYPE_HASH, int, int, 8);

SEC("raw_tp/sched_switch")
int
uninit_key(void *ctx)
{
	asm volatile("%0 = r10; %0 += -8" : "=r"(ctx));
	bpf_map_lookup_elem(&uninit_key_m, ctx); /* HERE */
	return 0;
}

LICENSE("GPL");
