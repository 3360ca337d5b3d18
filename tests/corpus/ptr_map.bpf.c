/* Counts on the address of a map. */
#include "corpus.h"

MAP(ptr_map_m, BPF_MAP_TYPE_ARRAY, int, int, 1);

SEC("raw_tp/sched_switch")
int
ptr_map(void *ctx)
{
	void	*m = &ptr_map_m;
	int	 key = 0;

	asm volatile("%0 += 8" : "+r"(m)); /* HERE */
	return bpf_map_lookup_elem(m, &key) != NULL;
}

LICENSE("GPL");
