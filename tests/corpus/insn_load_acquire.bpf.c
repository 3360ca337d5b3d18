/* Loads with acquire semantics, an instruction of 6.15. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_load_acquire(void)
{
	ASM("r2 = 1");
	ASM("*(u64 *)(r10 - 8) = r2");
	ASM(".byte 0xdb, 0xa2, 0xf8, 0xff, 0, 1, 0, 0"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
