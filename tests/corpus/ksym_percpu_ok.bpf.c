/* Reads this CPU's copy of a variable. */
#include "corpus.h"

struct rq {
	unsigned int	 nr_running;
} CORE;
extern const struct rq	runqueues __ksym;

SEC("raw_tp/sched_switch")
int
ksym_percpu_ok(void *ctx)
{
	struct rq	*rq = bpf_this_cpu_ptr(&runqueues);

	return rq->nr_running == 77;
}

LICENSE("GPL");
