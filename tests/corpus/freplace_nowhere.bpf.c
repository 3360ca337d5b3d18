/* Replaces a function of a program nobody named. */
#include "corpus.h"

SEC("freplace/no_such_function")
int
freplace_nowhere(void *ctx)
{
	return 0;
}

LICENSE("GPL");
