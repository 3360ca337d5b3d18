/* Reads a field that is not for this program type. */
#include "corpus.h"

SEC("socket")
int
ctx_other_type(struct __sk_buff *ctx)
{
	return *(volatile __u32 *)&ctx->data; /* HERE */
}

LICENSE("GPL");
