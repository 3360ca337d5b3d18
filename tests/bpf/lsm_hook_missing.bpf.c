/* An LSM program for a hook no kernel has. */
#include "bpf_test.h"

SEC("lsm/no_such_hook")
int
BPF_PROG(on_nothing)
{
	return 0;
}

LICENSE("GPL");
