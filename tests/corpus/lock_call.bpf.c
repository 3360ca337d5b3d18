/* Calls a helper with a lock held. */
#include "corpus.h"

struct lock_call_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_call_m, BPF_MAP_TYPE_HASH, int, struct lock_call_v, 8);

SEC("tc")
int
lock_call(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_call_v *v;

	v = bpf_map_lookup_elem(&lock_call_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n = bpf_get_prandom_u32(); /* HERE */
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
