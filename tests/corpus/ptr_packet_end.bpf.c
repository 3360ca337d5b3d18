/* Counts on the pointer to a packet's end. */
#include "corpus.h"

SEC("xdp")
NAKED int
ptr_packet_end(void)
{
	ASM("r2 = *(u32 *)(r1 + 4)");
	ASM("r2 += 8"); /* HERE */
	ASM("r0 = 2");
	ASM("exit");
}

LICENSE("GPL");
