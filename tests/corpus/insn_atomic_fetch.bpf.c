/* Adds and fetches by one instruction, of 5.12. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_atomic_fetch(void)
{
	ASM("r2 = 1");
	ASM("*(u64 *)(r10 - 8) = r2");
	ASM(".byte 0xdb, 0x2a, 0xf8, 0xff, 1, 0, 0, 0"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
