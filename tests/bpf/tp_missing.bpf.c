/* A tracepoint no kernel has, by name: loads, and cannot be attached. */
#include "bpf_test.h"

SEC("tracepoint/sched/no_such_tracepoint")
int
on_nothing(void *ctx)
{
	return 0;
}

LICENSE("GPL");
