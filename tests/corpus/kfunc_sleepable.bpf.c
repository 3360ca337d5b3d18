/* Calls a kernel function that may sleep where it may not. */
#include "corpus.h"

extern int	 bpf_copy_from_user_str(void *, __u32, const void *, __u64)
		    __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_sleepable, struct task_struct *task)
{
	char	 a[8];

	return bpf_copy_from_user_str(a, sizeof(a), NULL, 0) == 77; /* HERE */
}

LICENSE("GPL");
