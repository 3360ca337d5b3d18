/* A classifier moves the head of an XDP packet. */
#include "corpus.h"

SEC("tc")
int
helper_type_tc(struct __sk_buff *ctx)
{
	bpf_xdp_adjust_head((void *)ctx, 4); /* HERE */
	return 0;
}

LICENSE("GPL");
