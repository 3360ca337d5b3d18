/* may_goto, a jump of 6.9 that ends loops. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_may_goto(void)
{
	ASM("r0 = 0");
	ASM(".byte 0xe5, 0, 1, 0, 0, 0, 0, 0");
	ASM("r0 = 1");
	ASM("exit");
}

LICENSE("GPL");
