/* A loop of a hundred turns. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
loop_bounded_ok(void *ctx)
{
	int	 i, sum = 0;

	for (i = 0; i < 100; i++) {
		barrier_var(i);
		sum += i;
	}
	return sum & 1;
}

LICENSE("GPL");
