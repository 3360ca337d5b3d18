/* A sleepable entry probe on a function that may sleep. */
#include "bpf_test.h"

SEC("fentry.s/bpf_fentry_test1")
int
BPF_PROG(on_test)
{
	return 0;
}

LICENSE("GPL");
