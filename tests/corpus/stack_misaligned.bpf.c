/* Writes eight bytes to the stack at an odd address. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
stack_misaligned(void)
{
	ASM("r0 = 0");
	ASM("*(u64 *)(r10 - 12) = r0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
