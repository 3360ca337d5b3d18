/* Asks whether a kernel variable no kernel has is there. */
#include "corpus.h"

extern const int	no_such_variable __ksym __weak;

SEC("raw_tp/sched_switch")
int
ksym_weak_ok(void *ctx)
{
	return &no_such_variable != NULL;
}

LICENSE("GPL");
