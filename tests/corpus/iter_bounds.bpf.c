/* Uses the number of an iterator as an index it is too large for. */
#include "corpus.h"

const volatile char	iter_bounds_c[16] = { 1 };

SEC("tp_btf/task_newtask")
int
iter_bounds(void *ctx)
{
	int	 i, sum = 0;

	bpf_for(i, 0, 32)
		sum += iter_bounds_c[i]; /* HERE */
	return sum == 1;
}

LICENSE("GPL");
