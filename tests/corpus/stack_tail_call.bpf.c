/* A tail call below a frame that is too large for it. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} stack_tail_call_m SEC(".maps");

NOINLINE int
stack_tail_call_sub(struct __sk_buff *ctx)
{
	volatile int	 one = 1;

	bpf_tail_call(ctx, &stack_tail_call_m, 0);
	return one;
}

SEC("tc")
int
stack_tail_call(struct __sk_buff *ctx)
{
	volatile char	 a[304] = {};

	return stack_tail_call_sub(ctx) + a[2];
}

LICENSE("GPL");
