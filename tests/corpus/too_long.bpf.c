/* More than a million instructions. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
too_long(void)
{
	ASM(".rept 1000001; r0 = 0; .endr");
	ASM("exit");
}

LICENSE("GPL");
