/* A uprobe that does not say where: the loader has to. */
#include "bpf_test.h"

SEC("uprobe")
int
on_call(void *ctx)
{
	return 0;
}

LICENSE("GPL");
