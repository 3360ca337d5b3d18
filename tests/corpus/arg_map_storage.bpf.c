/* Asks an array for the storage of a socket. */
#include "corpus.h"

MAP(arg_map_storage_m, BPF_MAP_TYPE_ARRAY, int, int, 1);

SEC("tc")
int
arg_map_storage(struct __sk_buff *ctx)
{
	struct bpf_sock	*sk = ctx->sk;

	if (sk == NULL || (sk = bpf_sk_fullsock(sk)) == NULL)
		return 0;
	bpf_sk_storage_get(&arg_map_storage_m, sk, NULL, 0); /* HERE */
	return 0;
}

LICENSE("GPL");
