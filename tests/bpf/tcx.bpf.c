/* Classifiers for the tcx hooks; they came with 6.6. */
#include "bpf_test.h"

SEC("tcx/ingress")
int
classify(struct __sk_buff *skb)
{
	return -1; /* TCX_NEXT */
}

SEC("tcx/egress")
int
classify_egress(struct __sk_buff *skb)
{
	return -1;
}

LICENSE("GPL");
