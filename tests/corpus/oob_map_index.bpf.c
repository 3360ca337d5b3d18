/* Reads at an index whose bound is larger than the map value. */
#include "corpus.h"

struct oob_map_index_v {
	char	 n[32];
};
MAP(oob_map_index_m, BPF_MAP_TYPE_HASH, int, struct oob_map_index_v, 8);

SEC("raw_tp/sched_switch")
int
oob_map_index(void *ctx)
{
	__u64	 i = bpf_get_prandom_u32();
	int	 key = 1;
	struct oob_map_index_v *v;

	v = bpf_map_lookup_elem(&oob_map_index_m, &key);
	if (v == NULL)
		return 0;
	i &= 63;
	return v->n[i]; /* HERE */
}

LICENSE("GPL");
