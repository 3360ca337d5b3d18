/* Asks for 14 bytes of a packet and reads the 24th. */
#include "corpus.h"

SEC("xdp")
int
oob_packet_short(struct xdp_md *ctx)
{
	volatile __u8	*data = (void *)(long)ctx->data;
	void		*end = (void *)(long)ctx->data_end;

	if ((void *)(data + 14) > end)
		return XDP_PASS;
	return data[23] == 6 ? XDP_DROP : XDP_PASS; /* HERE */
}

LICENSE("GPL");
