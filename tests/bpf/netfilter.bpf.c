/* A netfilter program (6.4, CONFIG_NETFILTER_BPF_LINK). */
#include "bpf_test.h"

struct bpf_nf_ctx;

SEC("netfilter")
int
accept(struct bpf_nf_ctx *ctx)
{
	return 1; /* NF_ACCEPT */
}

LICENSE("GPL");
