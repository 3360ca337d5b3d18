/* Divides by the constant zero. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
div_zero(void)
{
	ASM("r0 = 1");
	ASM("r0 /= 0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
