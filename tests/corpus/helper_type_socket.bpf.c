/* A socket filter writes to the packet by a helper. */
#include "corpus.h"

SEC("socket")
int
helper_type_socket(struct __sk_buff *ctx)
{
	char	 a[4] = {};

	bpf_skb_store_bytes(ctx, 0, a, sizeof(a), 0); /* HERE */
	return 0;
}

LICENSE("GPL");
