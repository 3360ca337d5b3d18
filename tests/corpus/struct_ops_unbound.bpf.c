/* Implements a member of nothing. */
#include "corpus.h"

SEC("struct_ops/ssthresh")
int
struct_ops_unbound(void *ctx)
{
	return 2;
}

LICENSE("GPL");
