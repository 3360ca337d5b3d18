/* Writes the lock itself. */
#include "corpus.h"

struct lock_direct_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_direct_m, BPF_MAP_TYPE_HASH, int, struct lock_direct_v, 8);

SEC("tc")
int
lock_direct(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_direct_v *v;

	v = bpf_map_lookup_elem(&lock_direct_m, &key);
	if (v == NULL)
		return 0;
	*(volatile __u32 *)&v->lock = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
