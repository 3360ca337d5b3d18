/* Three frames, of which any two would fit. */
#include "corpus.h"

NOINLINE int
stack_chain_two(int n)
{
	volatile char	 a[208] = {};

	return a[2] + n;
}

NOINLINE int
stack_chain_one(int n)
{
	volatile char	 a[208] = {};

	return stack_chain_two(n) + a[2];
}

SEC("tc")
int
stack_chain(struct __sk_buff *ctx)
{
	volatile char	 a[208] = {};

	return stack_chain_one(ctx->mark) + a[2];
}

LICENSE("GPL");
