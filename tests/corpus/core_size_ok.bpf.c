/* Asks for the size of a type every kernel has. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
core_size_ok(void *ctx)
{
	return bpf_core_type_size(struct task_struct) == 77;
}

LICENSE("GPL");
