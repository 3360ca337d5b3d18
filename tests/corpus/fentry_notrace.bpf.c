/* A trampoline on a function that is kept from tracers. */
#include "corpus.h"

SEC("fentry/ktime_get_mono_fast_ns")
int
fentry_notrace(void *ctx)
{
	return 0;
}

LICENSE("GPL");
