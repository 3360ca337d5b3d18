/* A tracepoint no kernel has. */
#include "corpus.h"

SEC("tracepoint/sched/no_such_event")
int
tp_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
