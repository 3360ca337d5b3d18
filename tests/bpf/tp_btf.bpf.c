/* A raw tracepoint with typed arguments (5.5). */
#include "bpf_test.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	return task->pid == -1;
}

LICENSE("GPL");
