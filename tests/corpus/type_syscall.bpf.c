/* A program user space calls by itself (5.14). */
#include "corpus.h"

SEC("syscall")
int
type_syscall(void *ctx)
{
	return 0;
}

LICENSE("GPL");
