/* Adds to the lower half of a pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
ptr_half(void)
{
	ASM("r2 = r10");
	ASM(".byte 0x04, 2, 0, 0, 8, 0, 0, 0"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
