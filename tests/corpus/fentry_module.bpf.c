/* Traces a function that is in a module. */
#include "corpus.h"

SEC("fentry/ext4_file_open")
int
fentry_module(void *ctx)
{
	return 0;
}

LICENSE("GPL");
