/* Entry of a function that 7.0 no longer has. */
#include "bpf_test.h"

SEC("fentry/do_unlinkat")
int
BPF_PROG(on_unlink)
{
	return 0;
}

LICENSE("GPL");
