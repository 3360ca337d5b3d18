/* A global function relies on the bounds its caller checked. */
#include "corpus.h"

const volatile char	global_many_c[16] = { 1 };

__attribute__((noinline)) int
global_many_sub(unsigned int i)
{
	return global_many_c[i]; /* HERE */
}

SEC("tc")
int
global_many(struct __sk_buff *ctx)
{
	unsigned int	 i = ctx->mark;

	return i < 16 ? global_many_sub(i) : 0;
}

LICENSE("GPL");
