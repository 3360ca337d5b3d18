/* Calls a kernel function no kernel has. */
#include "corpus.h"

extern int	 bpf_no_such_function(int) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_missing, struct task_struct *task)
{
	return bpf_no_such_function(1);
}

LICENSE("GPL");
