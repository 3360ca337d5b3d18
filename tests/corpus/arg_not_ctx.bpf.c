/* Hands the stack to a helper that wants the context. */
#include "corpus.h"

SEC("tc")
int
arg_not_ctx(struct __sk_buff *ctx)
{
	__u64	 a[2] = {}, to = 0;

	bpf_skb_load_bytes(a, 0, &to, sizeof(to)); /* HERE */
	return 0;
}

LICENSE("GPL");
