/* An XDP program sends a signal. */
#include "corpus.h"

SEC("xdp")
int
helper_type_xdp(struct xdp_md *ctx)
{
	bpf_send_signal(9); /* HERE */
	return XDP_PASS;
}

LICENSE("GPL");
