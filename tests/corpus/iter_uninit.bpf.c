/* Asks an iterator that was never made for the next. */
#include "corpus.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(iter_uninit, struct task_struct *task)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_next(&it); /* HERE */
	return 0;
}

LICENSE("GPL");
