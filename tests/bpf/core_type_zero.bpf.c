/*
 * Asks for the size and the BTF id of a type no kernel has.  libbpf answers
 * such questions with zero, they are never an error.
 */
#include "bpf_test.h"

struct no_such_struct {
	int	x;
} CORE;

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return bpf_core_type_size(struct no_such_struct) != 0 ||
	    bpf_core_type_id_kernel(struct no_such_struct) != 0;
}

LICENSE("GPL");
