/* A uprobe on a symbol the program does not have. */
#include "corpus.h"

SEC("uprobe//bin/busybox:no_such_symbol")
int
uprobe_gone(void *ctx)
{
	return 0;
}

LICENSE("GPL");
