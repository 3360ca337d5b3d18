/* Reads behind the end of the context. */
#include "corpus.h"

SEC("tc")
int
ctx_beyond(struct __sk_buff *ctx)
{
	return *(volatile __u32 *)((char *)ctx + 1000); /* HERE */
}

LICENSE("GPL");
