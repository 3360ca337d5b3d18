/* Looks a map up by the context. */
#include "corpus.h"

MAP(arg_key_ctx_m, BPF_MAP_TYPE_HASH, int, int, 4);

SEC("tc")
int
arg_key_ctx(struct __sk_buff *ctx)
{
	return bpf_map_lookup_elem(&arg_key_ctx_m, ctx) != NULL; /* HERE */
}

LICENSE("GPL");
