/* A kernel function of 6.19. */
#include "bpf_test.h"

extern int	bpf_strcasestr(const char *, const char *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	return bpf_strcasestr("abc", "B") == 77;
}

LICENSE("GPL");
