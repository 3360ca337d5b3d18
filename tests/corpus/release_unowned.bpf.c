/* Releases a socket it only borrowed from the packet. */
#include "corpus.h"

SEC("tc")
int
release_unowned(struct __sk_buff *ctx)
{
	struct bpf_sock	*sk = ctx->sk;

	if (sk == NULL)
		return 0;
	bpf_sk_release(sk); /* HERE */
	return 0;
}

LICENSE("GPL");
