/* Adds two pointers. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
ptr_sum(void)
{
	ASM("r2 = r10");
	ASM("r2 += r1"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
