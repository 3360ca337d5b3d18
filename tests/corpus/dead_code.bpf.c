/* An instruction no way leads to. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
dead_code(void)
{
	ASM("r0 = 0");
	ASM("exit");
	ASM("r0 = 1"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
