/* A replacement for a function that only its loader knows where to find. */
#include "bpf_test.h"

SEC("freplace/elsewhere")
int
anew(struct __sk_buff *skb)
{
	return skb->mark;
}

LICENSE("GPL");
