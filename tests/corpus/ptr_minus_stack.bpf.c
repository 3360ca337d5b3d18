/* Subtracts a number not known from the frame pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
ptr_minus_stack(void)
{
	ASM("r2 = *(u64 *)(r1 + 0)");
	ASM("r3 = r10");
	ASM("r3 -= r2"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
