/* Calls a global function with something else than its context. */
#include "corpus.h"

__attribute__((noinline)) int
global_not_ctx_sub(struct __sk_buff *ctx)
{
	return ctx->mark;
}

SEC("tc")
int
global_not_ctx(struct __sk_buff *ctx)
{
	__u64	 a[4] = { ctx->mark };

	return global_not_ctx_sub((void *)a); /* HERE */
}

LICENSE("GPL");
