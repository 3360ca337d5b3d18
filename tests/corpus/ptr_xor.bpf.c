/* Takes the exclusive or of a pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
ptr_xor(void)
{
	ASM("r2 = r10");
	ASM("r2 ^= 255"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
