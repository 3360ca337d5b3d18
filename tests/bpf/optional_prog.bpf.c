/* A program with "?" before its section is not loaded unless asked for. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
wanted(void *ctx)
{
	return 0;
}

SEC("?tracepoint/sched/sched_process_exit")
int
unwanted(void *ctx)
{
	volatile int	*p = (void *)bpf_get_current_task();

	return *p == 1;
}

LICENSE("GPL");
