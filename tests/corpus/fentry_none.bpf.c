/* The entry of a function no kernel has. */
#include "corpus.h"

SEC("fentry/no_such_function")
int
fentry_none(void *ctx)
{
	return 0;
}

LICENSE("GPL");
