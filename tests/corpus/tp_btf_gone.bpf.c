/* A typed tracepoint no kernel has. */
#include "corpus.h"

SEC("tp_btf/no_such_tracepoint")
int
tp_btf_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
