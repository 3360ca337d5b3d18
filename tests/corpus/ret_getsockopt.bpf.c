/* A socket option hook returns 2. */
#include "corpus.h"

SEC("cgroup/getsockopt")
NAKED int
ret_getsockopt(void)
{
	ASM("r0 = 2");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
