/* A function that calls itself. */
#include "corpus.h"

NOINLINE int
loop_recursion_sub(int n)
{
	if (n > 5)
		return n;
	n = loop_recursion_sub(n + 1); /* HERE */
	barrier_var(n);
	return n + 1;
}

SEC("tc")
int
loop_recursion(struct __sk_buff *ctx)
{
	return loop_recursion_sub(ctx->mark);
}

LICENSE("GPL");
