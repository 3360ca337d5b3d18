/* Reads a field of a type no kernel has. */
#include "corpus.h"

struct core_type_t {
	int	 n;
	int	 field;
} CORE;

SEC("raw_tp/sched_switch")
int
core_type(void *ctx)
{
	struct core_type_t *t = (void *)bpf_get_current_task();

	return BPF_CORE_READ(t, field) == 1;
}

LICENSE("GPL");
