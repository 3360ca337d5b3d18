/* Hands a kernel function a variable where it wants a constant. */
#include "corpus.h"

extern void	*bpf_rdonly_cast(const void *, __u32) __ksym __weak;

SEC("tc")
int
kfunc_not_constant(struct __sk_buff *ctx)
{
	void	*p;

	p = bpf_rdonly_cast(ctx, (__u32)ctx->mark); /* HERE */
	return p == NULL;
}

LICENSE("GPL");
