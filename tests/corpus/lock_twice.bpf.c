/* Takes a second lock. */
#include "corpus.h"

struct lock_twice_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_twice_m, BPF_MAP_TYPE_HASH, int, struct lock_twice_v, 8);

SEC("tc")
int
lock_twice(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_twice_v *v;

	v = bpf_map_lookup_elem(&lock_twice_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_lock(&v->lock); /* HERE */
	bpf_spin_unlock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
