/* Asks for a field no kernel has before it reads it. */
#include "corpus.h"

struct task_struct___core_guarded_ok {
	int	 no_such_field;
} CORE;

SEC("raw_tp/sched_switch")
int
core_guarded_ok(void *ctx)
{
	struct task_struct___core_guarded_ok *t = (void *)bpf_get_current_task();

	if (!bpf_core_field_exists(t->no_such_field))
		return 0;
	return BPF_CORE_READ(t, no_such_field) == 1;
}

LICENSE("GPL");
