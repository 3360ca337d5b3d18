/* A tracepoint program that uses nothing newer than 4.7. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u64	id = bpf_get_current_pid_tgid();

	return id == 0;
}

LICENSE("GPL");
