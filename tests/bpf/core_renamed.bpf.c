/* task_struct.state became __state in 5.14; this knows only the new name. */
#include "bpf_test.h"

struct task_struct___new {
	unsigned int	__state;
} CORE;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct task_struct___new	*t = (void *)bpf_get_current_task();

	return BPF_CORE_READ(t, __state) == 1;
}

LICENSE("GPL");
