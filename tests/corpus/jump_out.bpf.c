/* Jumps behind the end of the program. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
jump_out(void)
{
	ASM("r0 = 0");
	ASM("if r1 == 0 goto +100"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
