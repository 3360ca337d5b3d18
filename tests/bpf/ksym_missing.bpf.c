/* The address of a kernel variable no kernel has. */
#include "bpf_test.h"

extern const int	no_such_variable __ksym;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return (long)&no_such_variable == 1;
}

LICENSE("GPL");
