/* An iterator over slab caches (6.13). */
#include "bpf_test.h"

struct bpf_iter__kmem_cache {
	void	*meta;
	void	*s;
} CORE;

SEC("iter/kmem_cache")
int
dump(struct bpf_iter__kmem_cache *ctx)
{
	return ctx->s == NULL;
}

LICENSE("GPL");
