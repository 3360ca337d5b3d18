/* Every cgroup hook that 5.10 has, each attached to one cgroup. */
#include "bpf_test.h"

#define PROG(section, name)						\
	SEC(section)							\
	int								\
	on_##name(void *ctx)							\
	{								\
		return 1;						\
	}

PROG("cgroup_skb/ingress", skb_ingress)
PROG("cgroup_skb/egress", skb_egress)
PROG("cgroup/skb", skb)
PROG("cgroup/sock", sock)
PROG("cgroup/sock_create", sock_create)
PROG("cgroup/sock_release", sock_release)
PROG("cgroup/post_bind4", post_bind4)
PROG("cgroup/post_bind6", post_bind6)
PROG("cgroup/bind4", bind4)
PROG("cgroup/bind6", bind6)
PROG("cgroup/connect4", connect4)
PROG("cgroup/connect6", connect6)
PROG("cgroup/sendmsg4", sendmsg4)
PROG("cgroup/sendmsg6", sendmsg6)
PROG("cgroup/recvmsg4", recvmsg4)
PROG("cgroup/recvmsg6", recvmsg6)
PROG("cgroup/getpeername4", getpeername4)
PROG("cgroup/getpeername6", getpeername6)
PROG("cgroup/getsockname4", getsockname4)
PROG("cgroup/getsockname6", getsockname6)
PROG("cgroup/sysctl", sysctl)
PROG("cgroup/getsockopt", getsockopt)
PROG("cgroup/setsockopt", setsockopt)
PROG("cgroup/dev", dev)
PROG("sockops", sockops)

LICENSE("GPL");
