/* A kernel function of 6.17. */
#include "bpf_test.h"

extern int	bpf_strlen(const char *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	return bpf_strlen("abc") == 77;
}

LICENSE("GPL");
