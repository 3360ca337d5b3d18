/* Follows a kernel address as if it were a pointer of the program's own. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	volatile int	*p = (void *)bpf_get_current_task();

	return *p == 1;
}

LICENSE("GPL");
