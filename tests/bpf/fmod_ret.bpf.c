/*
 * fmod_ret on a plain function: only functions listed for error injection
 * (CONFIG_FUNCTION_ERROR_INJECTION) and security hooks may be changed.
 */
#include "bpf_test.h"

struct file;

SEC("fmod_ret/vfs_read")
int
BPF_PROG(change_read, struct file *file)
{
	return 0;
}

LICENSE("GPL");
