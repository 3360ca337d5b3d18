/* Uses the data of a dynptr that may be too short. */
#include "corpus.h"

MAP(dynptr_data_null_m, BPF_MAP_TYPE_ARRAY, int, __u64, 1);

SEC("tc")
int
dynptr_data_null(struct __sk_buff *ctx)
{
	struct bpf_dynptr	 d;
	int			 key = 0;
	__u64			*v;

	v = bpf_map_lookup_elem(&dynptr_data_null_m, &key);
	if (v == NULL)
		return 0;
	bpf_dynptr_from_mem(v, 8, 0, &d);
	v = bpf_dynptr_data(&d, 0, 8);
	return *(volatile __u64 *)v == 7; /* HERE */
}

LICENSE("GPL");
