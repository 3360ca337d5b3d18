/* Loads a signed byte, an instruction of the fourth set (6.6). */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_load_signed(void)
{
	ASM("r2 = 1");
	ASM("*(u64 *)(r10 - 8) = r2");
	ASM(".byte 0x91, 0xa0, 0xf8, 0xff, 0, 0, 0, 0");
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
