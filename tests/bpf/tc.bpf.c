/* A traffic control classifier. */
#include "bpf_test.h"

SEC("tc")
int
classify(struct __sk_buff *skb)
{
	return skb->len == 0 ? 2 /* TC_ACT_SHOT */ : 0 /* TC_ACT_OK */;
}

LICENSE("GPL");
