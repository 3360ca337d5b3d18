/* Throws an exception with a lock held. */
#include "corpus.h"

struct throw_lock_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(throw_lock_m, BPF_MAP_TYPE_ARRAY, int, struct throw_lock_v, 8);
extern void	 bpf_throw(__u64) __ksym __weak;

SEC("tc")
int
throw_lock(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct throw_lock_v *v = bpf_map_lookup_elem(&throw_lock_m, &key);

	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	if (v->n == 7)
		bpf_throw(0); /* HERE */
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
