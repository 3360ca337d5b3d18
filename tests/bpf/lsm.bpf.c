/*
 * LSM programs (5.7, CONFIG_BPF_LSM).  Where "bpf" is not among the active
 * security modules, as on Debian's 5.10, they attach and are never called;
 * that is no attachment where one is required, so they have their own object.
 */
#include "bpf_test.h"

struct file;

SEC("lsm/file_open")
int
BPF_PROG(on_open, struct file *file, int ret)
{
	return ret;
}

SEC("lsm.s/bprm_committed_creds")
int
on_exec(void *ctx)
{
	return 0;
}

LICENSE("GPL");
