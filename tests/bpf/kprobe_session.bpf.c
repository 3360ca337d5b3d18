/* Entry and return of a function by one program (6.10). */
#include "bpf_test.h"

SEC("kprobe.session/do_nanosleep*")
int
around_sleep(void *ctx)
{
	return 0;
}

LICENSE("GPL");
