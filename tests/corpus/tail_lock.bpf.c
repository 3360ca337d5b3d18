/* A tail call with a lock held. */
#include "corpus.h"

struct tail_lock_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(tail_lock_m, BPF_MAP_TYPE_ARRAY, int, struct tail_lock_v, 8);
MAP(tail_lock_p, BPF_MAP_TYPE_PROG_ARRAY, int, int, 2);

SEC("tc")
int
tail_lock(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct tail_lock_v *v = bpf_map_lookup_elem(&tail_lock_m, &key);

	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n++;
	bpf_tail_call(ctx, &tail_lock_p, 1); /* HERE */
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
