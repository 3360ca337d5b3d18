/* A tail call from a function that is not the main one. */
#include "corpus.h"

MAP(tail_subprog_ok_p, BPF_MAP_TYPE_PROG_ARRAY, int, int, 2);

NOINLINE int
tail_subprog_ok_sub(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &tail_subprog_ok_p, 1);
	return 1;
}

SEC("tc")
int
tail_subprog_ok(struct __sk_buff *ctx)
{
	return tail_subprog_ok_sub(ctx) + 1;
}

LICENSE("GPL");
