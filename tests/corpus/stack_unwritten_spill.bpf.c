/* Reads stack of its own that was never written. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
stack_unwritten_spill(void)
{
	ASM("r0 = *(u64 *)(r10 - 16)"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
