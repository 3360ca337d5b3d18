/* Exit of a function, with what it returned. */
#include "bpf_test.h"

struct file;

__u64	failed;

SEC("fexit/vfs_read")
int
BPF_PROG(after_read, struct file *file, char *buf, size_t count, void *pos,
    long ret)
{
	if (ret < 0)
		failed++;
	return 0;
}

LICENSE("GPL");
