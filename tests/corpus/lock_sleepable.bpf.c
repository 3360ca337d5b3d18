/* Locks in a program that may sleep. */
#include "corpus.h"

struct lock_sleepable_v {
	struct bpf_spin_lock	 lock;
	int			 n;
};
MAP(lock_sleepable_m, BPF_MAP_TYPE_ARRAY, int, struct lock_sleepable_v, 8);

SEC("lsm.s/file_open")
int
lock_sleepable(void *ctx)
{
	int	 key = 1;
	struct lock_sleepable_v *v;

	v = bpf_map_lookup_elem(&lock_sleepable_m, &key);
	if (v == NULL)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n++;
	bpf_spin_unlock(&v->lock);
	return 0;
}

LICENSE("GPL");
