/* Takes one lock and lets another one go. */
#include "corpus.h"

struct lock_other_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_other_m, BPF_MAP_TYPE_ARRAY, int, struct lock_other_v, 8);

SEC("tc")
int
lock_other(struct __sk_buff *ctx)
{
	int	 one = 1, two = 2;
	struct lock_other_v *a, *b;

	a = bpf_map_lookup_elem(&lock_other_m, &one);
	b = bpf_map_lookup_elem(&lock_other_m, &two);
	if (a == NULL || b == NULL)
		return 0;
	bpf_spin_lock(&a->lock);
	a->n++;
	bpf_spin_unlock(&b->lock); /* HERE */
	return 0;
}

LICENSE("GPL");
