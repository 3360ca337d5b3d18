/* A global function takes a pointer without a size. */
#include "corpus.h"

__attribute__((noinline)) int
global_void_sub(void *p)
{
	return p != NULL;
}

SEC("tc")
int
global_void(struct __sk_buff *ctx)
{
	int	 n = ctx->mark;

	return global_void_sub(&n);
}

LICENSE("GPL");
