/* An XDP program that takes packets in several buffers (5.18). */
#include "bpf_test.h"

SEC("xdp.frags")
int
pass(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx) == 0 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
