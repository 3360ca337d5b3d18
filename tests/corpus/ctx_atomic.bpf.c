/* Adds to the context by an atomic instruction. */
#include "corpus.h"

SEC("tc")
NAKED int
ctx_atomic(void)
{
	ASM("r2 = 1");
	ASM("lock *(u32 *)(r1 + 8) += r2"); /* HERE */
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
