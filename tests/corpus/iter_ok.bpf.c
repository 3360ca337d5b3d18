/* An open-coded iterator (6.4). */
#include "corpus.h"

SEC("tp_btf/task_newtask")
int
BPF_PROG(iter_ok, struct task_struct *task)
{
	int	 i, sum = 0;

	bpf_for(i, 0, 1000)
		sum += i;
	return sum == 1;
}

LICENSE("GPL");
