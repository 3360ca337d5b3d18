/* An instruction with an opcode no kernel has. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
unknown_opcode(void)
{
	ASM("r0 = 0");
	ASM(".byte 0xff, 0, 0, 0, 0, 0, 0, 0");
	ASM("exit");
}

LICENSE("GPL");
