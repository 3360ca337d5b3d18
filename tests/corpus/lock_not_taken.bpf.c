/* Gives back a lock it does not hold. */
#include "corpus.h"

struct lock_not_taken_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_not_taken_m, BPF_MAP_TYPE_HASH, int, struct lock_not_taken_v, 8);

SEC("tc")
int
lock_not_taken(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_not_taken_v *v;

	v = bpf_map_lookup_elem(&lock_not_taken_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_unlock(&v->lock); /* HERE */
	return 0;
}

LICENSE("GPL");
