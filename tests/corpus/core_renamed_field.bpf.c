/* Reads task_struct.__state, which 5.14 renamed. */
#include "corpus.h"

struct task_struct___core_renamed_field {
	unsigned int	 __state;
} CORE;

SEC("raw_tp/sched_switch")
int
core_renamed_field(void *ctx)
{
	struct task_struct___core_renamed_field *t;

	t = (void *)bpf_get_current_task();
	return BPF_CORE_READ(t, __state) == 1;
}

LICENSE("GPL");
