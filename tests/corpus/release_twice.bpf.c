/* Releases the same socket twice. */
#include "corpus.h"

SEC("tc")
int
release_twice(struct __sk_buff *ctx)
{
	struct bpf_sock_tuple	 tuple = {};
	struct bpf_sock		*sk;

	sk = bpf_sk_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), -1, 0);
	if (sk == NULL)
		return 0;
	bpf_sk_release(sk);
	bpf_sk_release(sk); /* HERE */
	return 0;
}

LICENSE("GPL");
