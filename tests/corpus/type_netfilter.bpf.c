/* A netfilter program (6.4). */
#include "corpus.h"

SEC("netfilter")
int
type_netfilter(void *ctx)
{
	return 1;
}

LICENSE("GPL");
