/* Reads a field no kernel has. */
#include "corpus.h"

struct task_struct___core_field {
	int	 no_such_field;
} CORE;

SEC("raw_tp/sched_switch")
int
core_field(void *ctx)
{
	struct task_struct___core_field *t = (void *)bpf_get_current_task();

	return BPF_CORE_READ(t, no_such_field) == 1;
}

LICENSE("GPL");
