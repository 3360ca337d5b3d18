/* Jumps into the second half of a wide instruction. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
jump_into_middle(void)
{
	ASM("r0 = 0");
	ASM("if r1 == 0 goto +1"); /* HERE */
	ASM(".byte 0x18, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0");
	ASM("exit");
}

LICENSE("GPL");
