/* A function that is called and a tail call: together they need the JIT. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

static __attribute__((noinline)) int
twice(int n)
{
	volatile int	 v = n;

	return v + v;
}

SEC("xdp")
int
jump(struct xdp_md *ctx)
{
	int	 n = twice(1);

	bpf_tail_call(ctx, &next, 0);
	return n;
}

LICENSE("GPL");
