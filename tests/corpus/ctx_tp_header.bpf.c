/* Reads the first word of a tracepoint's record, the kernel's own. */
#include "corpus.h"

SEC("tracepoint/sched/sched_switch")
int
ctx_tp_header(void *ctx)
{
	return *(volatile __u64 *)ctx != 0; /* HERE */
}

LICENSE("GPL");
