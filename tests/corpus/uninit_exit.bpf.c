/* Leaves without a return value. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
uninit_exit(void)
{
	ASM("r6 = 1");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
