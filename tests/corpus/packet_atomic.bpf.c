/* Adds to a packet by an atomic instruction. */
#include "corpus.h"

SEC("xdp")
int
packet_atomic(struct xdp_md *ctx)
{
	__u32	*data = (void *)(long)ctx->data;
	void	*end = (void *)(long)ctx->data_end;

	if ((void *)(data + 4) > end)
		return XDP_PASS;
	__sync_fetch_and_add(data, 1); /* HERE */
	return XDP_PASS;
}

LICENSE("GPL");
