/* A raw tracepoint no kernel has. */
#include "corpus.h"

SEC("raw_tp/no_such_tracepoint")
int
raw_tp_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
