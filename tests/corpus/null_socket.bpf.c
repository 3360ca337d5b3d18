/* Reads a looked-up socket without a test for NULL. */
#include "corpus.h"

SEC("tc")
int
null_socket(struct __sk_buff *ctx)
{
	struct bpf_sock_tuple	 tuple = {};
	struct bpf_sock		*sk;
	__u32			 mark;

	sk = bpf_sk_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), -1, 0);
	mark = *(volatile __u32 *)&sk->mark; /* HERE */
	bpf_sk_release(sk);
	return mark == 1;
}

LICENSE("GPL");
