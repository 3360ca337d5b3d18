/* Loads from a packet in a program that has none. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
insn_packet_load(void)
{
	ASM("r6 = r1");
	ASM("r0 = *(u8 *)skb[0]"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
