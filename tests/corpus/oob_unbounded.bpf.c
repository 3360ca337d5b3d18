/* Reads at an index that was never bounded above. */
#include "corpus.h"

struct oob_unbounded_v {
	char	 n[32];
};
MAP(oob_unbounded_m, BPF_MAP_TYPE_HASH, int, struct oob_unbounded_v, 8);

SEC("raw_tp/sched_switch")
int
oob_unbounded(void *ctx)
{
	__u64	 i = bpf_get_prandom_u32();
	int	 key = 1;
	struct oob_unbounded_v *v;

	v = bpf_map_lookup_elem(&oob_unbounded_m, &key);
	if (v == NULL)
		return 0;
	barrier_var(i);
	return v->n[i]; /* HERE */
}

LICENSE("GPL");
