/* A signed index is compared with its upper bound only. */
#include "corpus.h"

struct oob_negative_v {
	short	 i;
	char	 n[32];
};
MAP(oob_negative_m, BPF_MAP_TYPE_HASH, int, struct oob_negative_v, 8);

SEC("raw_tp/sched_switch")
int
oob_negative(void *ctx)
{
	int	 key = 1;
	long	 i;
	struct oob_negative_v *v;

	v = bpf_map_lookup_elem(&oob_negative_m, &key);
	if (v == NULL)
		return 0;
	i = v->i;
	barrier_var(i);
	if (i > 16)
		return 0;
	return v->n[i]; /* HERE */
}

LICENSE("GPL");
