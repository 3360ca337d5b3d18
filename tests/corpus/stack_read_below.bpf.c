/* Reads below the 512 bytes a frame has. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
stack_read_below(void)
{
	ASM("r0 = *(u64 *)(r10 - 520)"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
