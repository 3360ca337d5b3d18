/* Entry and exit of a kernel function by one trampoline program (7.0). */
#include "bpf_test.h"

SEC("fsession/vfs_read")
int
on_both(void *ctx)
{
	return 0;
}

LICENSE("GPL");
