/* An iterator returns 2. */
#include "corpus.h"

SEC("iter/task")
NAKED int
ret_iter(void)
{
	ASM("r0 = 2");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
