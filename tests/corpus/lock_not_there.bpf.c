/* Takes for a lock what is a number. */
#include "corpus.h"

struct lock_not_there_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_not_there_m, BPF_MAP_TYPE_ARRAY, int, struct lock_not_there_v, 8);

SEC("tc")
int
lock_not_there(struct __sk_buff *ctx)
{
	int	 key = 1;
	struct lock_not_there_v *v;

	v = bpf_map_lookup_elem(&lock_not_there_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock((struct bpf_spin_lock *)&v->n); /* HERE */
	bpf_spin_unlock((struct bpf_spin_lock *)&v->n);
	return 0;
}

LICENSE("GPL");
