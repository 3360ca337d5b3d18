/*
 * Every turn leaves a branch behind that is still to be looked at: the
 * verifier remembers 8192 of them and then gives up.
 */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
__attribute__((naked)) int
on_exec(void)
{
	asm volatile(
	    "r6 = 0;"
	    "more: call 7;" /* bpf_get_prandom_u32 */
	    "if r0 == r6 goto out;"
	    "r6 += 1;"
	    "if r6 < 20000 goto more;"
	    "out: r0 = 0;"
	    "exit;");
}

LICENSE("GPL");
