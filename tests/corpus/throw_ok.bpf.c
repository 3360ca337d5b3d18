/* Throws an exception (6.7). */
#include "corpus.h"

extern void	 bpf_throw(__u64) __ksym;

SEC("tc")
int
throw_ok(struct __sk_buff *ctx)
{
	if (ctx->mark == 77)
		bpf_throw(0);
	return 0;
}

LICENSE("GPL");
