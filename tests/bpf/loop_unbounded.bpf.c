/* A loop without an end, of one state: recognised at once. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r0 = 0;"
	    "again: if r0 == 1 goto done;"
	    "goto again;"
	    "done: exit;");
}

LICENSE("GPL");
