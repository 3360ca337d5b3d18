/* Writes behind the end of a map value, at a constant offset. */
#include "corpus.h"

struct oob_map_value_v {
	int	 n[4];
};
MAP(oob_map_value_m, BPF_MAP_TYPE_HASH, int, struct oob_map_value_v, 8);

SEC("raw_tp/sched_switch")
int
oob_map_value(void *ctx)
{
	int	 key = 1;
	char	*v = bpf_map_lookup_elem(&oob_map_value_m, &key);

	if (v == NULL)
		return 0;
	*(volatile int *)(v + 28) = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
