/* Reads in front of a packet. */
#include "corpus.h"

SEC("xdp")
int
oob_packet_before(struct xdp_md *ctx)
{
	volatile __u8	*data = (void *)(long)ctx->data;
	void		*end = (void *)(long)ctx->data_end;

	if ((void *)(data + 14) > end)
		return XDP_PASS;
	return data[-4] == 8 ? XDP_DROP : XDP_PASS; /* HERE */
}

LICENSE("GPL");
