/* A security hook returns 1; since 6.12 only 0 and errors. */
#include "corpus.h"

SEC("lsm/file_open")
NAKED int
ret_lsm(void)
{
	ASM("r0 = 1");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
