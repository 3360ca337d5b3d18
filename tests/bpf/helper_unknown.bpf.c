/* Calls a helper with a number no kernel has given out. */
#include "bpf_test.h"

static long (*no_such_helper)(void) = (void *)60000;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return no_such_helper() == 1;
}

LICENSE("GPL");
