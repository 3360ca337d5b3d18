/* A global function uses a pointer it was handed without a test. */
#include "corpus.h"

__attribute__((noinline)) int
global_null_sub(int *p)
{
	return *p; /* HERE */
}

SEC("tc")
int
global_null(struct __sk_buff *ctx)
{
	int	 n = ctx->mark;

	return global_null_sub(&n);
}

LICENSE("GPL");
