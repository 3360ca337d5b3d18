/*
 * Reads stack nothing was written to.  Refused until 6.3; since then allowed
 * to a loader that may read kernel memory anyway.
 */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r0 = *(u64 *)(r10 - 8);"
	    "exit;");
}

LICENSE("GPL");
