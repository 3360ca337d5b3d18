/* A kernel function of 6.3. */
#include "bpf_test.h"

struct bpf_cpumask {
	int	usage;
} CORE;

extern struct bpf_cpumask	*bpf_cpumask_create(void) __ksym;
extern void			 bpf_cpumask_release(struct bpf_cpumask *)
				    __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	struct bpf_cpumask	*m = bpf_cpumask_create();

	if (m != NULL)
		bpf_cpumask_release(m);
	return 0;
}

LICENSE("GPL");
