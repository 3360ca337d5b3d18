/*
 * A bounded loop whose every turn is a new state: the verifier walks all of
 * it and gives up after one million instructions.
 */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r0 = 0;"
	    "more: r0 += 1;"
	    "if r0 < 2000000 goto more;"
	    "r0 = 0;"
	    "exit;");
}

LICENSE("GPL");
