/* A socket lookup returns 5. */
#include "corpus.h"

SEC("sk_lookup")
NAKED int
ret_sk_lookup(void)
{
	ASM("r0 = 5");
	ASM("exit"); /* HERE */
}

LICENSE("GPL");
