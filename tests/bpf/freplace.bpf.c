/* A function of a program, and its replacement in the same object (5.6). */
#include "bpf_test.h"

__attribute__((noinline)) int
decide(struct __sk_buff *skb)
{
	volatile int	 len = skb->len;

	return len == 0 ? -1 : 0;
}

SEC("socket")
int
classify(struct __sk_buff *skb)
{
	return decide(skb);
}

SEC("freplace/decide")
int
decide_anew(struct __sk_buff *skb)
{
	return skb->len > 1;
}

LICENSE("GPL");
