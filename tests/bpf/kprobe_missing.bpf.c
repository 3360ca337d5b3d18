/* A kprobe on a function no kernel has: loads, and cannot be attached. */
#include "bpf_test.h"

SEC("kprobe/no_such_function_anywhere")
int
on_nothing(void *ctx)
{
	return 0;
}

LICENSE("GPL");
