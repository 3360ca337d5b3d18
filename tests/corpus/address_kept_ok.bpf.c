/* Keeps the address of its context in a map: root may. */
#include "corpus.h"

MAP(address_kept_ok_m, BPF_MAP_TYPE_ARRAY, int, __u64, 1);

SEC("tc")
int
address_kept_ok(struct __sk_buff *ctx)
{
	int	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&address_kept_ok_m, &key);

	if (v != NULL)
		*(volatile __u64 *)v = (__u64)(long)ctx;
	return 0;
}

LICENSE("GPL");
