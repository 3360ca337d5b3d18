/* Reads a field of a type no kernel has. */
#include "bpf_test.h"

struct no_such_struct {
	long	first;
	int	x;
} CORE;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct no_such_struct	*s = (void *)bpf_get_current_task();

	return BPF_CORE_READ(s, x) == 1;
}

LICENSE("GPL");
