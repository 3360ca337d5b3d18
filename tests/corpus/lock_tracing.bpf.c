/* A tracing program takes a lock. */
#include "corpus.h"

struct lock_tracing_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_tracing_m, BPF_MAP_TYPE_HASH, int, struct lock_tracing_v, 8);

SEC("tracepoint/sched/sched_switch")
int
lock_tracing(void *ctx)
{
	int	 key = 1;
	struct lock_tracing_v *v;

	v = bpf_map_lookup_elem(&lock_tracing_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n = 1;
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
