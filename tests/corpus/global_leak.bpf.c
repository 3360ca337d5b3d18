/* A global function keeps a socket. */
#include "corpus.h"

__attribute__((noinline)) int
global_leak_sub(struct __sk_buff *ctx)
{
	struct bpf_sock_tuple	 t = {};
	struct bpf_sock		*sk;

	sk = bpf_sk_lookup_tcp(ctx, &t, sizeof(t.ipv4), -1, 0);
	return sk != NULL; /* HERE */
}

SEC("tc")
int
global_leak(struct __sk_buff *ctx)
{
	return global_leak_sub(ctx);
}

LICENSE("GPL");
