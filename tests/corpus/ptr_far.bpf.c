/* Moves a pointer further than any object is long. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
ptr_far(void)
{
	ASM("r2 = r10");
	ASM("r3 = 0x7fffffff");
	ASM("r2 += r3"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
