/* Casts to the address space of an arena without having one. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
addr_cast_no_arena(void)
{
	ASM("r1 = 0");
	/* r2 = addr_space_cast(r1, 0, 1) */
	ASM(".byte 0xbf, 0x12, 1, 0, 1, 0, 0, 0"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
