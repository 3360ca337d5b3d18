/* Both ends of a netkit pair of devices (6.7). */
#include "bpf_test.h"

SEC("netkit/primary")
int
primary(struct __sk_buff *skb)
{
	return 0; /* NETKIT_PASS */
}

SEC("netkit/peer")
int
peer(struct __sk_buff *skb)
{
	return 0;
}

LICENSE("GPL");
