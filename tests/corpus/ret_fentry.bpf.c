/* An entry probe returns 1. */
#include "corpus.h"

SEC("fentry/vfs_read")
NAKED int
ret_fentry(void)
{
	ASM("r0 = 1");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
