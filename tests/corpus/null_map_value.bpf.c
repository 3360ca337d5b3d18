/* Adds to a looked-up value without a test for NULL. */
#include "corpus.h"

MAP(null_map_value_m, BPF_MAP_TYPE_HASH, int, __u64, 8);

SEC("raw_tp/sched_switch")
int
null_map_value(void *ctx)
{
	int	 key = 1;
	__u64	*v = bpf_map_lookup_elem(&null_map_value_m, &key);

	*(volatile __u64 *)v = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
