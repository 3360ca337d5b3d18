/* Uses the context's register after a call, which destroys it. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
uninit_clobbered(void)
{
	ASM("call 7");
	ASM("r0 = *(u64 *)(r1 + 0)"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
