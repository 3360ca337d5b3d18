/* A kprobe on a function no kernel has. */
#include "corpus.h"

SEC("kprobe/no_such_function")
int
kprobe_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
