/* A congestion control changes what it may only read. */
#include "corpus.h"

struct sock {
	int	 sk_rcvbuf;
} CORE;
struct tcp_congestion_ops {
	__u32	(*ssthresh)(struct sock *);
	char	 name[16];
};

SEC("struct_ops/ssthresh")
__u32
BPF_PROG(struct_ops_write, struct sock *sk)
{
	*(volatile int *)&sk->sk_rcvbuf = 7; /* HERE */
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops	 writes = {
	.ssthresh	= (void *)struct_ops_write,
	.name		= "writes",
};

LICENSE("GPL");
