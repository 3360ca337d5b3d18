/* Steps over a header of variable length and does not ask again. */
#include "corpus.h"

SEC("tc")
int
oob_packet_var(struct __sk_buff *ctx)
{
	volatile __u8	*data = (void *)(long)ctx->data;
	void		*end = (void *)(long)ctx->data_end;
	__u64		 len;

	if ((void *)(data + 34) > end)
		return 0;
	len = (data[14] & 15) * 4;
	return data[14 + len] == 53 ? 2 : 0; /* HERE */
}

LICENSE("GPL");
