/* The last instruction is neither an exit nor a jump. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
no_exit(void)
{
	ASM("r0 = 0");
	ASM("if r0 == 1 goto +1");
	ASM("exit");
	ASM("r0 = 1");
}

LICENSE("GPL");
