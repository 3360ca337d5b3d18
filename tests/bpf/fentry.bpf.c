/* Entry of a function every kernel has, and may be traced (5.5). */
#include "bpf_test.h"

struct file;

SEC("fentry/vfs_read")
int
BPF_PROG(on_read, struct file *file)
{
	return 0;
}

LICENSE("GPL");
