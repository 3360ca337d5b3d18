/* An LSM program (5.7, CONFIG_BPF_LSM). */
#include "bpf_test.h"

struct file;

SEC("lsm/file_open")
int
BPF_PROG(on_open, struct file *file, int ret)
{
	return ret;
}

LICENSE("GPL");
