/* An XDP program that passes every packet. */
#include "bpf_test.h"

SEC("xdp")
int
pass(struct xdp_md *ctx)
{
	void	*data = (void *)(long)ctx->data;
	void	*end = (void *)(long)ctx->data_end;

	return data + 14 > end ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
