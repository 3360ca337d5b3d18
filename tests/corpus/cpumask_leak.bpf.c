/* Makes a set of CPUs and forgets it. */
#include "corpus.h"

struct bpf_cpumask {
	int	 no_member_is_used;
} CORE;
extern struct bpf_cpumask	*bpf_cpumask_create(void) __ksym __weak;

SEC("tp_btf/task_newtask")
int
cpumask_leak(void *ctx)
{
	bpf_cpumask_create();
	return 0; /* HERE */
}

LICENSE("GPL");
