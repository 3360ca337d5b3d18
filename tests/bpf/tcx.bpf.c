/* A classifier for the tcx hook; the hook came with 6.6. */
#include "bpf_test.h"

SEC("tcx/ingress")
int
classify(struct __sk_buff *skb)
{
	return -1; /* TCX_NEXT */
}

LICENSE("GPL");
