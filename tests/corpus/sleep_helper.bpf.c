/* A program that may not sleep calls a helper that does. */
#include "corpus.h"

SEC("kprobe/do_nanosleep")
int
sleep_helper(void *ctx)
{
	char	 a[8];

	bpf_copy_from_user(a, sizeof(a), NULL); /* HERE */
	return 0;
}

LICENSE("GPL");
