/* A congestion control with a member no kernel has. */
#include "corpus.h"

struct sock;

struct tcp_congestion_ops {
	__u32	(*ssthresh)(struct sock *);
	void	(*no_such_member)(struct sock *);
	char	 name[16];
};

SEC("struct_ops/no_such_member")
int
struct_ops_member(void *ctx)
{
	return 0;
}

SEC(".struct_ops")
struct tcp_congestion_ops	 other = {
	.no_such_member	= (void *)struct_ops_member,
	.name		= "other",
};

LICENSE("GPL");
