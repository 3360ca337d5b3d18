/* A cgroup program on incoming packets. */
#include "bpf_test.h"

SEC("cgroup_skb/ingress")
int
allow(struct __sk_buff *skb)
{
	return 1;
}

LICENSE("GPL");
