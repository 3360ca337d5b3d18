/* Asks for a type no kernel has; the answer is no. */
#include "corpus.h"

struct core_type_ok_t {
	int	 n;
};

SEC("raw_tp/sched_switch")
int
core_type_ok(void *ctx)
{
	return bpf_core_type_exists(struct core_type_ok_t);
}

LICENSE("GPL");
