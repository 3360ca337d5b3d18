/* Writes a field of a socket that may only be read. */
#include "corpus.h"

SEC("tc")
int
socket_write(struct __sk_buff *ctx)
{
	struct bpf_sock	*sk = ctx->sk;

	if (sk == NULL)
		return 0;
	*(volatile __u32 *)&sk->family = 2; /* HERE */
	return 0;
}

LICENSE("GPL");
