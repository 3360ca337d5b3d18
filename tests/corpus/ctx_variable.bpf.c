/* Reads the context at a variable offset. */
#include "corpus.h"

SEC("tc")
int
ctx_variable(struct __sk_buff *ctx)
{
	__u64	 i = bpf_get_prandom_u32() & 4;

	barrier_var(i);
	return *(volatile __u32 *)((char *)ctx + i) & 1; /* HERE */
}

LICENSE("GPL");
