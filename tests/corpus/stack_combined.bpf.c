/* Two frames that only together are too large. */
#include "corpus.h"

NOINLINE int
stack_combined_sub(int n)
{
	volatile char	 a[304] = {};

	return a[n & 3];
}

SEC("tc")
int
stack_combined(struct __sk_buff *ctx)
{
	volatile char	 a[304] = {};

	return stack_combined_sub(1) + a[2];
}

LICENSE("GPL");
