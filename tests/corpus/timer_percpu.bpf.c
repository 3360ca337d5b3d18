/* A timer in a per-CPU map, where none can be. */
#include "corpus.h"

struct timer_percpu_v {
	struct bpf_timer	 timer;
};
MAP(timer_percpu_m, BPF_MAP_TYPE_PERCPU_ARRAY, int, struct timer_percpu_v, 1);

SEC("tc")
int
timer_percpu(struct __sk_buff *ctx)
{
	int	 key = 0;
	struct timer_percpu_v *v = bpf_map_lookup_elem(&timer_percpu_m, &key);

	if (v == NULL)
		return 0;
	bpf_timer_init(&v->timer, &timer_percpu_m, 1); /* HERE */
	return 0;
}

LICENSE("GPL");
