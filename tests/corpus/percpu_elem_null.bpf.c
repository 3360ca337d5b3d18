/* Uses another CPU's value without looking whether there is that CPU. */
#include "corpus.h"

MAP(percpu_elem_null_m, BPF_MAP_TYPE_PERCPU_ARRAY, int, int, 4);

SEC("raw_tp/sched_switch")
int
percpu_elem_null(void *ctx)
{
	int	 key = 1;
	int	*v = bpf_map_lookup_percpu_elem(&percpu_elem_null_m, &key, 900);

	return *(volatile int *)v == 3; /* HERE */
}

LICENSE("GPL");
