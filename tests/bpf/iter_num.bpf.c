/* An open-coded iterator: bpf_for() (6.4). */
#include "bpf_test.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	int	i, sum = 0;

	bpf_for(i, 0, 1000)
		sum += i;
	return sum == 1;
}

LICENSE("GPL");
