/* A connect hook returns a number that may be anything. */
#include "corpus.h"

SEC("cgroup/connect4")
NAKED int
ret_connect(void)
{
	ASM("r0 = *(u32 *)(r1 + 4)");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
