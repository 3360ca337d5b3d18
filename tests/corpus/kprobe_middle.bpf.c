/* A kprobe in the middle of an instruction. */
#include "corpus.h"

SEC("kprobe/vfs_read+1")
int
kprobe_middle(void *ctx)
{
	return 0;
}

LICENSE("GPL");
