/* A section name that says nothing about the program type. */
#include "bpf_test.h"

SEC("no_such_kind/foo")
int
what_am_i(void *ctx)
{
	return 0;
}

LICENSE("GPL");
