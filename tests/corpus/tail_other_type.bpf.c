/* Puts a program of another type where a tail call goes to. */
#include "corpus.h"

int	 tail_other_type_to(struct xdp_md *);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(int));
	__array(values, int (struct xdp_md *));
} tail_other_type_m SEC(".maps") = {
	.values = { [1] = &tail_other_type_to },
};

SEC("xdp")
int
tail_other_type_to(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("tc")
int
tail_other_type(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &tail_other_type_m, 1);
	return 0;
}

LICENSE("GPL");
