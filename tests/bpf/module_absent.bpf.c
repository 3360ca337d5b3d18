/* A function of a module that kernels have, but guests do not carry. */
#include "bpf_test.h"

SEC("kprobe/xfs_file_open")
int
on_open(void *ctx)
{
	return 0;
}

LICENSE("GPL");
