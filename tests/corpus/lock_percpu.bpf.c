/* A lock in a per-CPU map, where none can be. */
#include "corpus.h"

struct lock_percpu_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_percpu_m, BPF_MAP_TYPE_PERCPU_ARRAY, int, struct lock_percpu_v, 8);

SEC("tc")
int
lock_percpu(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_percpu_v *v = bpf_map_lookup_elem(&lock_percpu_m, &key);

	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock); /* HERE */
	v->n++;
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
