/* Writes over an iterator. */
#include "corpus.h"

extern int	 bpf_iter_num_new(struct bpf_iter_num *, int, int) __ksym
		    __weak;
extern void	 bpf_iter_num_destroy(struct bpf_iter_num *) __ksym __weak;

SEC("tp_btf/task_newtask")
int
iter_overwrite(void *ctx)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_new(&it, 0, 5);
	*(volatile __u64 *)&it = 7;
	bpf_iter_num_destroy(&it); /* HERE */
	return 0;
}

LICENSE("GPL");
