/* A raw tracepoint (4.17). */
#include "bpf_test.h"

SEC("raw_tracepoint/sched_process_exec")
int
on_exec(void *ctx)
{
	return 0;
}

LICENSE("GPL");
