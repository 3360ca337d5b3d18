/* Reads an argument that the traced function does not have. */
#include "corpus.h"

SEC("fentry/vfs_read")
int
ctx_fentry_args(__u64 *ctx)
{
	return ((volatile __u64 *)ctx)[9] != 0 ? 0 : 0; /* HERE */
}

LICENSE("GPL");
