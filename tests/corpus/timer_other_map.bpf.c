/* Hands a timer and a map that is not the timer's. */
#include "corpus.h"

struct timer_other_map_v {
	struct bpf_timer	 timer;
};
MAP(timer_other_map_m, BPF_MAP_TYPE_ARRAY, int, struct timer_other_map_v, 1);
MAP(timer_other_map_n, BPF_MAP_TYPE_HASH, int, __u64, 1);

SEC("tc")
int
timer_other_map(struct __sk_buff *ctx)
{
	int	 key = ctx->mark;
	struct timer_other_map_v *v;

	v = bpf_map_lookup_elem(&timer_other_map_m, &key);
	if (v == NULL)
		return 0;
	bpf_timer_init(&v->timer, &timer_other_map_n, 1); /* HERE */
	return 0;
}

LICENSE("GPL");
