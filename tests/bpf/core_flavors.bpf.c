/* As core_renamed, but knows both names and asks which one is there. */
#include "bpf_test.h"

struct task_struct___new {
	unsigned int	__state;
} CORE;

struct task_struct___old {
	long		state;
} CORE;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct task_struct___new	*n = (void *)bpf_get_current_task();
	struct task_struct___old	*o = (void *)n;

	if (bpf_core_field_exists(n->__state))
		return BPF_CORE_READ(n, __state) == 1;
	return BPF_CORE_READ(o, state) == 1;
}

LICENSE("GPL");
