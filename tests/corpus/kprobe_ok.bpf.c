/* A kprobe on a function every kernel has. */
#include "corpus.h"

SEC("kprobe/do_nanosleep")
int
kprobe_ok(void *ctx)
{
	return 0;
}

LICENSE("GPL");
