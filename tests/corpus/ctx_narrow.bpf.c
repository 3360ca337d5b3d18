/* Reads half a field of a context that only gives whole ones. */
#include "corpus.h"

SEC("xdp")
int
ctx_narrow(struct xdp_md *ctx)
{
	return *(volatile __u8 *)&ctx->data_end == 1; /* HERE */
}

LICENSE("GPL");
