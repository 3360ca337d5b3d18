/*
 * The function of kfunc_strncasecmp (7.0), declared weak and asked for
 * before it is called: loads on every kernel.
 */
#include "bpf_test.h"

extern int	bpf_strncasecmp(const char *, const char *, size_t)
		    __ksym __weak;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	if (bpf_ksym_exists(bpf_strncasecmp))
		return bpf_strncasecmp("abc", "ABD", 2) == 77;
	return 0;
}

LICENSE("GPL");
