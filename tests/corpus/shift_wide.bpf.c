/* Shifts a register by 64 bits. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
shift_wide(void)
{
	ASM("r0 = 1");
	ASM(".byte 0x67, 0, 0, 0, 64, 0, 0, 0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
