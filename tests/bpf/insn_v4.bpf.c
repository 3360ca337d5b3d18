/*
 * An instruction of the fourth set (6.6): r0 = (s8)r1, written as bytes
 * because not every compiler knows it.
 */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r1 = 200;"
	    ".8byte 0x00000000000810bf;" /* BPF_MOV64_SX(r0, r1, 8) */
	    "r0 = 0;"
	    "exit;");
}

LICENSE("GPL");
