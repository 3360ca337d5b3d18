/* A move whose unused offset is not zero. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_reserved(void)
{
	ASM("r0 = 0");
	ASM(".byte 0xb7, 0, 1, 0, 0, 0, 0, 0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
