/* The return of a function no kernel has. */
#include "corpus.h"

SEC("kretprobe/no_such_function")
int
kretprobe_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
