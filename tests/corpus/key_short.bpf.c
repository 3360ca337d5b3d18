/* Looks up by a key of which half is above the stack. */
#include "corpus.h"

MAP(key_short_m, BPF_MAP_TYPE_HASH, __u64, int, 4);

SEC("raw_tp/sched_switch")
NAKED int
key_short(void)
{
	ASM("r1 = 0");
	ASM("*(u32 *)(r10 - 4) = r1");
	asm volatile("r1 = %[m] ll" :: [m] "i" (&key_short_m) : "r1");
	ASM("r2 = r10");
	ASM("r2 += -4");
	ASM("call 1"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
