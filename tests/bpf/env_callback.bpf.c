/* Passes a function to a helper: needs the JIT (5.13 and later). */
#include "bpf_test.h"

static long
step(__u32 index, void *ctx)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int
loop(void *ctx)
{
	return (int)bpf_loop(3, step, NULL, 0);
}

LICENSE("GPL");
