/* Leaves with a lock held. */
#include "corpus.h"

struct lock_missing_unlock_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_missing_unlock_m, BPF_MAP_TYPE_HASH, int,
    struct lock_missing_unlock_v, 8);

SEC("tc")
int
lock_missing_unlock(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_missing_unlock_v *v;

	v = bpf_map_lookup_elem(&lock_missing_unlock_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n = 1;
	return 0;
} /* HERE */

LICENSE("GPL");
