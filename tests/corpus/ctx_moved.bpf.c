/* Hands a helper the context, but not from its beginning. */
#include "corpus.h"

SEC("tc")
int
ctx_moved(struct __sk_buff *ctx)
{
	char	 a[8];

	bpf_skb_load_bytes((char *)ctx + 8, 0, a, sizeof(a)); /* HERE */
	return ((volatile char *)a)[0];
}

LICENSE("GPL");
