/* A kernel function of 7.3, for cgroup programs. */
#include "bpf_test.h"

extern int	bpf_icmp_send(struct __sk_buff *, int type, int code) __ksym;

SEC("cgroup_skb/egress")
int
refuse(struct __sk_buff *skb)
{
	bpf_icmp_send(skb, 3, 13);
	return 0;
}

LICENSE("GPL");
