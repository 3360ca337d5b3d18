/* Jumps by 32 bits, an instruction of the fourth set (6.6). */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_long_jump(void)
{
	ASM("r0 = 0");
	ASM(".byte 0x06, 0, 0, 0, 0, 0, 0, 0");
	ASM("exit");
}

LICENSE("GPL");
