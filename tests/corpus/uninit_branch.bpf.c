/* A register is written on one of two ways only. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
uninit_branch(void)
{
	ASM("r6 = *(u64 *)(r1 + 0)");
	ASM("if r6 == 0 goto +1");
	ASM("r7 = 1");
	ASM("r0 = r7"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
