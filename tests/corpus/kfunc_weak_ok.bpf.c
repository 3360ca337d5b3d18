/* Asks for a kernel function no kernel has before it calls it. */
#include "corpus.h"

extern int	 bpf_no_such_function(int) __ksym __weak;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_weak_ok, struct task_struct *task)
{
	return bpf_ksym_exists(bpf_no_such_function) ?
	    bpf_no_such_function(1) : 0;
}

LICENSE("GPL");
