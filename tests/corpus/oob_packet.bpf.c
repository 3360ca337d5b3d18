/* Reads a packet without asking where it ends. */
#include "corpus.h"

SEC("xdp")
int
oob_packet(struct xdp_md *ctx)
{
	volatile __u8	*data = (void *)(long)ctx->data;

	return data[12] == 8 ? XDP_DROP : XDP_PASS; /* HERE */
}

LICENSE("GPL");
