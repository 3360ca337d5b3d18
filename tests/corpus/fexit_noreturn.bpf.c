/* Waits for the return of a function that does not return. */
#include "corpus.h"

SEC("fexit/do_exit")
int
fexit_noreturn(void *ctx)
{
	return 0;
}

LICENSE("GPL");
