/*
 * One good program beside one the verifier refuses: the object fails as a
 * whole, the report has to say which program it was.
 */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
good(void *ctx)
{
	return 0;
}

SEC("tracepoint/sched/sched_process_exit")
int
bad(void *ctx)
{
	volatile int	*p = (void *)bpf_get_current_task();

	return *p == 1;
}

LICENSE("GPL");
