/* A kprobe on a function that is kept from tracers. */
#include "corpus.h"

SEC("kprobe/ktime_get_mono_fast_ns")
int
kprobe_notrace(void *ctx)
{
	return 0;
}

LICENSE("GPL");
