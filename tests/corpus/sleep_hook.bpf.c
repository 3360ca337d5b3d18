/* A security program that may sleep where the kernel does not. */
#include "corpus.h"

SEC("lsm.s/task_free")
int
sleep_hook(void *ctx)
{
	return 0;
}

LICENSE("GPL");
