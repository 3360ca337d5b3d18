/* Reads behind the end of a kernel structure. */
#include "corpus.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(btf_beyond, void *task)
{
	return *(volatile int *)((char *)task + 100000) & 1; /* HERE */
}

LICENSE("GPL");
