/* Changes a packet from a hook that only looks at it. */
#include "corpus.h"

SEC("cgroup_skb/egress")
int
cgroup_write_packet(struct __sk_buff *ctx)
{
	char	*data = (void *)(long)ctx->data;
	char	*end = (void *)(long)ctx->data_end;

	if (data + 8 > end)
		return 1;
	*(volatile char *)data = 7; /* HERE */
	return 1;
}

LICENSE("GPL");
