/* Never releases the socket it looked up. */
#include "corpus.h"

SEC("tc")
int
leak_socket(struct __sk_buff *ctx)
{
	struct bpf_sock_tuple	 tuple = {};
	struct bpf_sock		*sk;

	sk = bpf_sk_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), -1, 0);
	barrier_var(sk);
	return 0; /* HERE */
}

LICENSE("GPL");
