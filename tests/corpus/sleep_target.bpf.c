/* A sleepable probe on a function that may not sleep. */
#include "corpus.h"

SEC("fentry.s/vfs_read")
int
sleep_target(void *ctx)
{
	return 0;
}

LICENSE("GPL");
