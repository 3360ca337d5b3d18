/* Calls a networking helper from a tracepoint program. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return bpf_skb_change_tail(ctx, 64, 0) == 1;
}

LICENSE("GPL");
