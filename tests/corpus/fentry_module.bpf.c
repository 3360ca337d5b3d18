/* Traces a function in a module that the guests do not have. */
#include "corpus.h"

SEC("fentry/xfs_file_open")
int
fentry_module(void *ctx)
{
	return 0;
}

LICENSE("GPL");
