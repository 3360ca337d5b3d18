/* Reads a register nothing was written to. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r0 = r7;"
	    "exit;");
}

LICENSE("GPL");
