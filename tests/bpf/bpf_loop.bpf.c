/* bpf_loop(), a helper of 5.17. */
#include "bpf_test.h"

static int
turn(__u32 i, void *sum)
{
	*(__u32 *)sum += i;
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	sum = 0;

	bpf_loop(100, turn, &sum, 0);
	return sum == 1;
}

LICENSE("GPL");
