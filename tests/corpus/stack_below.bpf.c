/* Writes below the 512 bytes a frame has. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
stack_below(void)
{
	ASM("r0 = 0");
	ASM("*(u64 *)(r10 - 520) = r0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
