/* Changes what a function returns that may not be changed. */
#include "corpus.h"

SEC("fmod_ret/vfs_read")
int
fmod_ret_plain(void *ctx)
{
	return 0;
}

LICENSE("GPL");
