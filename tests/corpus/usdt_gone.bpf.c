/* A probe the program does not have. */
#include "corpus.h"

SEC("usdt//bin/busybox:no_such:probe")
int
usdt_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
