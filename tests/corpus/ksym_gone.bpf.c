/* The address of a kernel variable no kernel has. */
#include "corpus.h"

extern const int	no_such_variable __ksym;

SEC("raw_tp/sched_switch")
int
ksym_gone(void *ctx)
{
	return (long)&no_such_variable == 1;
}

LICENSE("GPL");
