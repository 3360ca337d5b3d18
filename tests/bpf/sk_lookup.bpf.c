/* A socket lookup program of a network namespace (5.9). */
#include "bpf_test.h"

SEC("sk_lookup")
int
lookup(struct bpf_sk_lookup *ctx)
{
	return SK_PASS;
}

LICENSE("GPL");
