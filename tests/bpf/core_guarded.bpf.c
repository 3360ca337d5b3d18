/*
 * Asks whether the field is there before it reads it.  The branch that
 * cannot be relocated is dead and the verifier removes it.
 */
#include "bpf_test.h"

struct task_struct___none {
	int	no_such_field;
} CORE;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct task_struct___none	*t = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(t->no_such_field))
		return BPF_CORE_READ(t, no_such_field) == 1;
	return 0;
}

LICENSE("GPL");
