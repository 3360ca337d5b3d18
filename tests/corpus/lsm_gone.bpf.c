/* A security hook no kernel has. */
#include "corpus.h"

SEC("lsm/no_such_hook")
int
lsm_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
