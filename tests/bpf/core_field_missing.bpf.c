/*
 * Reads a field no kernel has, without asking first: libbpf poisons the
 * instruction and the verifier refuses it.
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

	return BPF_CORE_READ(t, no_such_field) == 1;
}

LICENSE("GPL");
