/*
 * Two frames that only together are too large, in a program type whose frames
 * each have a stack of their own since 6.13.
 */
#include "corpus.h"

NOINLINE int
stack_private_sub(int n)
{
	volatile char	 a[304] = {};

	return a[n & 3];
}

SEC("raw_tp/sched_switch")
int
stack_private(void *ctx)
{
	volatile char	 a[304] = {};

	return stack_private_sub(1) + a[2];
}

LICENSE("GPL");
