/* Uses a CPU's copy of a variable without a test for NULL. */
#include "corpus.h"

struct rq {
	unsigned int	 nr_running;
} CORE;
extern const struct rq	runqueues __ksym;

SEC("raw_tp/sched_switch")
int
ksym_percpu_null(void *ctx)
{
	struct rq	*rq;

	rq = bpf_per_cpu_ptr(&runqueues, bpf_get_prandom_u32() & 7);
	return *(volatile int *)&rq->nr_running == 77; /* HERE */
}

LICENSE("GPL");
