/* Hands NULL to a helper that writes there. */
#include "corpus.h"

SEC("tc")
int
arg_null(struct __sk_buff *ctx)
{
	bpf_skb_load_bytes(ctx, 0, NULL, 8); /* HERE */
	return 0;
}

LICENSE("GPL");
