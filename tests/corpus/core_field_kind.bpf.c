/* Reads a field as an array that is a number. */
#include "corpus.h"

struct task_struct___core_field_kind {
	char	 pid[32];
} CORE;

SEC("raw_tp/sched_switch")
int
core_field_kind(void *ctx)
{
	struct task_struct___core_field_kind *t;
	char	 a[32];

	t = (void *)bpf_get_current_task();
	bpf_core_read(a, sizeof(a), &t->pid);
	return a[0] == 1;
}

LICENSE("GPL");
