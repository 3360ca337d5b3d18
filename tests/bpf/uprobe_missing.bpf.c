/* A uprobe on a binary the guest does not have. */
#include "bpf_test.h"

SEC("uprobe//no/such/binary:main")
int
on_call(void *ctx)
{
	return 0;
}

LICENSE("GPL");
