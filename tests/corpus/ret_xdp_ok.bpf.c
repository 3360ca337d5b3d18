/* An XDP program may return any number. */
#include "corpus.h"

SEC("xdp")
NAKED int
ret_xdp_ok(void)
{
	ASM("r0 = 77");
	ASM("exit");
}

LICENSE("GPL");
