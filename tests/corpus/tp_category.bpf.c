/* A tracepoint that exists, looked for in another category. */
#include "corpus.h"

SEC("tp/net/sched_switch")
int
tp_category(void *ctx)
{
	return 0;
}

LICENSE("GPL");
