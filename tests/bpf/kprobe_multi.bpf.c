/* Several kprobes by one link (5.18, CONFIG_FPROBE). */
#include "bpf_test.h"

SEC("kprobe.multi/do_nanosleep*")
int
on_sleep(void *ctx)
{
	return 0;
}

LICENSE("GPL");
