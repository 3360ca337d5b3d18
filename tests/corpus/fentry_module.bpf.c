/* Traces a function that is in a module. */
#include "corpus.h"

SEC("fentry/xfs_file_open")
int
fentry_module(void *ctx)
{
	return 0;
}

LICENSE("GPL");
