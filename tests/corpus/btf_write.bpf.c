/* Writes to a kernel structure. */
#include "corpus.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(btf_write, struct task_struct *task)
{
	*(volatile int *)&task->pid = 1; /* HERE */
	return 0;
}

LICENSE("GPL");
