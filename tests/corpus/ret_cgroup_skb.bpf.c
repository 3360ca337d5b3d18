/* A cgroup ingress program returns 2. */
#include "corpus.h"

SEC("cgroup_skb/ingress")
NAKED int
ret_cgroup_skb(void)
{
	ASM("r0 = 2");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
