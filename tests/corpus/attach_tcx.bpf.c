/* A classifier for the tcx hook, which came with 6.6. */
#include "corpus.h"

SEC("tcx/ingress")
int
attach_tcx(struct __sk_buff *ctx)
{
	return -1; /* TCX_NEXT */
}

LICENSE("GPL");
