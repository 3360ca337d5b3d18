/* Asks a plain hash for the value of another CPU. */
#include "corpus.h"

MAP(percpu_other_map_m, BPF_MAP_TYPE_HASH, int, int, 4);

SEC("raw_tp/sched_switch")
int
percpu_other_map(void *ctx)
{
	int	 key = 1;
	int	*v;

	v = bpf_map_lookup_percpu_elem(&percpu_other_map_m, &key, 0); /* HERE */
	return v != NULL && *(volatile int *)v == 3;
}

LICENSE("GPL");
