/* Never destroys an iterator. */
#include "corpus.h"

SEC("tp_btf/task_newtask")
int
iter_leak(void *ctx)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_new(&it, 0, 5);
	return 0; /* HERE */
}

LICENSE("GPL");
