/* Writes a field of the context that may only be read. */
#include "corpus.h"

SEC("tc")
int
ctx_write(struct __sk_buff *ctx)
{
	*(volatile __u32 *)&ctx->ifindex = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
