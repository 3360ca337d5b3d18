/* A link to several functions on one that is kept from tracers. */
#include "corpus.h"

SEC("kprobe.multi/ktime_get_mono_fast_ns")
int
multi_notrace(void *ctx)
{
	return 0;
}

LICENSE("GPL");
