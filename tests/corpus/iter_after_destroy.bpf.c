/* Goes on with an iterator that was destroyed. */
#include "corpus.h"

extern int	 bpf_iter_num_new(struct bpf_iter_num *, int, int) __ksym
		    __weak;
extern int	*bpf_iter_num_next(struct bpf_iter_num *) __ksym __weak;
extern void	 bpf_iter_num_destroy(struct bpf_iter_num *) __ksym __weak;

SEC("tp_btf/task_newtask")
int
iter_after_destroy(void *ctx)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_new(&it, 0, 5);
	bpf_iter_num_destroy(&it);
	return bpf_iter_num_next(&it) != NULL; /* HERE */
}

LICENSE("GPL");
