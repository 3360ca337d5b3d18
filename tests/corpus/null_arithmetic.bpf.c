/* Counts on a pointer before the test for NULL. */
#include "corpus.h"

MAP(null_arithmetic_m, BPF_MAP_TYPE_HASH, int, __u64, 8);

SEC("raw_tp/sched_switch")
int
null_arithmetic(void *ctx)
{
	int	 key = 1;
	char	*v = bpf_map_lookup_elem(&null_arithmetic_m, &key);

	asm volatile("%0 += 4" : "+r"(v)); /* HERE */
	if (v == NULL)
		return 0;
	return *v;
}

LICENSE("GPL");
