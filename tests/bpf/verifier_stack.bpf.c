/* Writes below the 512 bytes of stack a program has. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r0 = 0;"
	    "*(u64 *)(r10 - 520) = r0;"
	    "exit;");
}

LICENSE("GPL");
