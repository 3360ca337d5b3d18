/* As kfunc_weak, but called without asking. */
#include "bpf_test.h"

extern int	bpf_strncasecmp(const char *, const char *, size_t)
		    __ksym __weak;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	return bpf_strncasecmp("abc", "ABD", 2) == 77;
}

LICENSE("GPL");
