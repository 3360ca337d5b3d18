/* Writes above the frame pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
stack_above(void)
{
	ASM("r0 = 0");
	ASM("*(u64 *)(r10 + 8) = r0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
