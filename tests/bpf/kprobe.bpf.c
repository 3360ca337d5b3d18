/* A kprobe on a function every kernel has. */
#include "bpf_test.h"

SEC("kprobe/do_nanosleep")
int
on_sleep(void *ctx)
{
	return 0;
}

SEC("kretprobe/do_nanosleep")
int
after_sleep(void *ctx)
{
	return 0;
}

LICENSE("GPL");
