/* Reads a register nothing was written to. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
uninit_reg(void)
{
	ASM("r6 = 1");
	ASM("r0 = r7"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
