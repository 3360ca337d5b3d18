/* Takes a lock, counts, gives it back. */
#include "corpus.h"

struct lock_ok_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_ok_m, BPF_MAP_TYPE_HASH, int, struct lock_ok_v, 8);

SEC("tc")
int
lock_ok(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_ok_v *v;

	v = bpf_map_lookup_elem(&lock_ok_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n++;
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
