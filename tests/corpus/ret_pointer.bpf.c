/* An entry probe returns a pointer. */
#include "corpus.h"

SEC("fentry/vfs_read")
NAKED int
ret_pointer(void)
{
	ASM("r0 = r1");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
