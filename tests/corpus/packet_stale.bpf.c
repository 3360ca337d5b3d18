/* Uses a packet pointer after a helper that may move the packet. */
#include "corpus.h"

SEC("tc")
int
packet_stale(struct __sk_buff *ctx)
{
	volatile __u8	*data = (void *)(long)ctx->data;
	void		*end = (void *)(long)ctx->data_end;

	if ((void *)(data + 34) > end)
		return 0;
	bpf_skb_pull_data(ctx, 34);
	return data[23] == 6 ? 2 : 0; /* HERE */
}

LICENSE("GPL");
