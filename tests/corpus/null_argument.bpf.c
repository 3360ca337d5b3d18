/* Hands a pointer that may be NULL to a helper. */
#include "corpus.h"

MAP(null_argument_m, BPF_MAP_TYPE_HASH, int, int, 8);

SEC("raw_tp/sched_switch")
int
null_argument(void *ctx)
{
	int	 key = 1;
	int	*v = bpf_map_lookup_elem(&null_argument_m, &key);

	bpf_map_delete_elem(&null_argument_m, v); /* HERE */
	return 0;
}

LICENSE("GPL");
