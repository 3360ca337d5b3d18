/* Leaves more branches behind than the verifier keeps in mind. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
loop_jumps(void)
{
	ASM(".rept 9000; r0 = *(u64 *)(r1 + 0); if r0 == 7 goto +0; .endr");
	ASM("exit");
}

LICENSE("GPL");
