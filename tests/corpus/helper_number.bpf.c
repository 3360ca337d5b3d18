/* Calls helper 60001, which no kernel has. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
helper_number(void)
{
	ASM("call 60001"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
