/* Writes the frame pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
read_only_register(void)
{
	ASM("r0 = 1");
	ASM(".byte 0xb7, 0x0a, 0, 0, 0, 0, 0, 0"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
