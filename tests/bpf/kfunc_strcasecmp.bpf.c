/* A kernel function of 6.18. */
#include "bpf_test.h"

extern int	bpf_strcasecmp(const char *, const char *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	return bpf_strcasecmp("abc", "ABC") == 77;
}

LICENSE("GPL");
