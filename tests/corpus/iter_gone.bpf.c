/* An iterator over something no kernel iterates over. */
#include "corpus.h"

SEC("iter/no_such_iterator")
int
iter_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
