/* Tests one pointer for NULL and uses the other. */
#include "corpus.h"

MAP(null_wrong_check_m, BPF_MAP_TYPE_HASH, int, __u64, 8);

SEC("raw_tp/sched_switch")
int
null_wrong_check(void *ctx)
{
	int	 a = 1, b = 2;
	__u64	*va = bpf_map_lookup_elem(&null_wrong_check_m, &a);
	__u64	*vb = bpf_map_lookup_elem(&null_wrong_check_m, &b);

	if (va == NULL)
		return 0;
	return *(volatile __u64 *)vb & 1; /* HERE */
}

LICENSE("GPL");
