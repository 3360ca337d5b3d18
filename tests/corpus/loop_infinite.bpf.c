/* A loop without an end. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
loop_infinite(void)
{
	ASM("r0 = 0");
	ASM("if r0 == 0 goto -1"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
